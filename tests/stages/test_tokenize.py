"""The stage from end to end: its files, its metrics, and nothing half-written."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from firth.errors import FirthError
from firth.params.compute_params import ComputeParams
from firth.params.roles import Role
from firth.params.settings import Settings
from firth.stages.tokenize import run
from firth.text.streams import TokenStream
from firth.text.text_encoding import TextEncoding
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace

TEXT = {"train.txt": "The dog sleeps.\n\nThe dog eats.\n", "valid.txt": "A cat sleeps.\n", "test.txt": "The cat."}


def settings(role: Role, **changes: Any) -> Settings:
    words = {"segmentation": "words", "lowercase": True, "min_count": 1, "max_size": 100, **changes}
    translation = {"segmentation": "words", "lowercase": False, "joint": False, "vocabulary_size": 300}
    values = {"threads": 1, "tokens": translation if role == "translation" else words}
    return Settings(
        f"tokenize-{role}", values, "", ComputeParams(accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=2)
    )


def write_raw(
    root: Path, role: Role, files: dict[str, str], language: Any = "en", tokenized: bool = False
) -> Workspace:
    workspace = Workspace(root)
    text = workspace.raw(role) / "text"
    text.mkdir(parents=True, exist_ok=True)
    description = {"tokenized": tokenized, "world": True, "language": language}
    (workspace.raw(role) / "corpus.json").write_text(json.dumps(description))
    for name, content in files.items():
        (text / name).write_text(content, encoding="utf-8", newline="\n")
    return workspace


def test_the_folder_holds_streams_their_vocabulary_and_the_form_of_the_text(tmp_path: Path) -> None:
    workspace = write_raw(tmp_path, "lm", TEXT)
    run(settings("lm"), workspace, "lm")
    out = workspace.tokens("lm")
    streams = [f"{split}.{kind}.npy" for split in ("train", "valid", "test") for kind in ("ids", "offsets")]
    assert {path.name for path in out.iterdir()} == {
        *streams,
        "vocabulary.tsv",
        "text.json",
        "statistics.csv",
        "metrics.json",
    }
    vocabulary = Vocabulary.load(out / "vocabulary.tsv")
    assert vocabulary.decode(TokenStream.load(out, "valid").ids) == ["<unk>", "<unk>", "sleeps", "."]
    assert TextForm.load(out) == TextForm(True, False, "en", True, "words")
    statistics = pd.read_csv(out / "statistics.csv", keep_default_na=False).set_index("split")
    assert list(statistics.index) == ["train", "valid", "test"]
    assert statistics.loc["valid"].to_dict() == {
        "side": "",
        "sentences": 1,
        "tokens": 4,
        "types": 4,
        "out_of_vocabulary_rate": 0.5,
        "vocabulary_size": len(vocabulary),
    }
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics == {"vocabulary_size": 7, "train_tokens": 8, "test_out_of_vocabulary_rate": pytest.approx(1 / 3)}
    assert len(vocabulary) == 7


@pytest.mark.parametrize("segmentation", ["words", "characters", "subwords"])
def test_tokenized_text_keeps_its_case_and_says_so(tmp_path: Path, segmentation: str) -> None:
    text = {name: content.replace(".", " .") * 20 for name, content in TEXT.items()}
    workspace = write_raw(tmp_path, "lm", text, tokenized=True)
    run(settings("lm", segmentation=segmentation, max_size=300), workspace, "lm")
    encoding = TextEncoding.load(workspace.tokens("lm"))
    assert encoding.form == TextForm(False, True, "en", True, segmentation)  # type: ignore[arg-type]
    assert {token[:1] for token in encoding.vocabulary.tokens} >= {"T"}


def test_translation_has_its_own_settings_and_two_languages(tmp_path: Path) -> None:
    files = {
        f"{split}.{side}.txt": text
        for split in ("train", "valid", "test")
        for side, text in {"source": "Tim sleeps.\n", "target": "Tim dort.\n"}.items()
    }
    workspace = write_raw(tmp_path, "translation", files, {"source": "en", "target": "fr"})
    run(settings("translation"), workspace, "translation")
    form = TextForm.load(workspace.tokens("translation"))
    assert (form.lowercase, form.language) == (False, {"source": "en", "target": "fr"})
    statistics = pd.read_csv(workspace.tokens("translation") / "statistics.csv").set_index(["split", "side"])
    assert statistics.loc[("train", "source"), "tokens"] == 3
    assert len(statistics) == 3 * 2
    metrics = json.loads((workspace.tokens("translation") / "metrics.json").read_text())
    assert metrics["source_train_tokens"] == 3


def test_faults_are_named_and_leave_nothing_half_written(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(FirthError, match="dvc repro download@lm"):
        run(settings("lm"), workspace, "lm")
    write_raw(tmp_path, "lm", {**TEXT, "valid.txt": "\n \n"})
    with pytest.raises(FirthError, match=r"valid has no words.*corpora\.lm"):
        run(settings("lm"), workspace, "lm")
    assert not workspace.tokens("lm").exists()
    assert not list((tmp_path / "data" / "tokens").iterdir())


def test_warnings_go_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = write_raw(tmp_path, "lm", {**TEXT, "train.txt": "The dog , the cat .\n" * 20})
    run(settings("lm"), workspace, "lm")
    warning, report = capsys.readouterr().err.splitlines()
    assert warning.startswith("corpora.lm.tokenized: the text looks tokenized (a space before 40 of 40 full stops")
    assert report.startswith("tokenize@lm: 127 tokens")
    assert TextForm.load(workspace.tokens("lm")).segmentation == "words"
