"""Stage ``ngram`` on a language of four sentences."""

import re
from pathlib import Path

import pytest
from stages.four_sentences import TOKENS, experiment, metrics_in, train_ngram, workspace_at

from firth.errors import FirthError
from firth.ngram.discounts import FALLBACK_DISCOUNTS
from firth.ngram.kneser_ney import KneserNey
from firth.workspace import Workspace


def test_ngram_writes_the_model_in_the_arpa_format_too(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path)
    train_ngram(experiment(order=2), workspace)
    folder = workspace.model("lm-ngram")
    model = KneserNey.load(folder)
    text = (folder / "model.arpa").read_text(encoding="utf-8")
    assert text.startswith(f"\\data\\\nngram 1=8\nngram 2={model.size - 8}\n")
    logarithms = {words: float(value) for value, words in re.findall(r"^(\S+)\t([^\t\n]+)", text, re.MULTILINE)}
    assert 10 ** logarithms["near dog"] == pytest.approx(model.distribution([TOKENS.index("near")])[2], rel=1e-6)
    assert metrics_in(folder) == {"ngrams": model.size}


def test_the_same_experiment_gives_the_same_bytes(tmp_path: Path) -> None:
    outputs = []
    for name in ("first", "second"):
        workspace = workspace_at(tmp_path / name)
        train_ngram(experiment(), workspace)
        outputs.append({path.name: path.read_bytes() for path in workspace.model("lm-ngram").iterdir()})
    assert outputs[0] == outputs[1]


def test_orders_whose_discounts_are_not_estimated_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train_ngram(experiment(order=7), workspace_at(tmp_path))
    discounts = KneserNey.load(Workspace(tmp_path).model("lm-ngram")).discounts
    orders = [str(order) for order, found in enumerate(discounts, 1) if found == FALLBACK_DISCOUNTS]
    assert "7" in orders  # no sentence has as many words
    assert capsys.readouterr().err == (
        f"ngram: the counts give no valid discounts for order {', '.join(orders)}; 0.5, 1 and 1.5 take their place\n"
    )


def test_missing_tokens_name_the_stage_that_makes_them(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="dvc repro tokenize@lm"):
        train_ngram(experiment(), Workspace(tmp_path))
