"""`firth check` looks at every own file of every role, and writes the settings of every stage item."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from firth.corpora.own import all_own_texts, own_texts
from firth.errors import FirthError
from firth.params.experiment import Params
from firth.stages import check
from firth.workspace import Workspace

ROOT = Path(__file__).parents[2]
PARAMS = ROOT / "params.yaml"


def params(corpora: dict[str, Any], gold_sets: list[Any] | None = None) -> Params:
    content = YAML(typ="safe").load(PARAMS.read_text(encoding="utf-8"))
    content["corpora"] |= corpora
    content["evaluation"]["gold_sets"] = gold_sets or []
    return Params.model_validate(content)


def test_right_files_are_listed_and_the_file_called_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    own = {"path": "a.txt", "sha256": hashlib.sha256(b"text").hexdigest()}
    url = {"url": "http://127.0.0.1:9/x", "sha256": "0" * 64}
    check.run(params({"lm": own, "qa": {"train": own, "valid": url, "test": own}}), Workspace(tmp_path))
    printed = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in printed[:-1]] == [
        "corpora.lm",
        "corpora.qa.train",
        "corpora.qa.valid",
        "corpora.qa.test",
    ]
    assert printed[-1].startswith("params.yaml is valid")


def test_settings_are_written_for_the_items_that_params_yaml_names_and_no_others(tmp_path: Path) -> None:
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    experiment = params({})
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "lm-unknown.json").write_text("{}")
    check.run(experiment, Workspace(tmp_path))
    written = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "settings").iterdir()}
    assert {name.removeprefix("lm-") for name in written if name.startswith("lm-")} == set(experiment.models.networks)
    assert {"download-lm", "svd", "headline", "report"} <= written.keys()
    assert "check" not in written
    assert written["lm-lstm"]["lm"]["hidden_size"] == experiment.lm_for("lstm").hidden_size
    assert written["ngram"] == {"threads": experiment.threads, "order": experiment.ngram.order}


def test_every_problem_of_every_role_gets_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    wrong = {"path": "a.txt", "sha256": "0" * 64}
    corpora = {"embeddings": {"path": "a.txt"}, "lm": wrong, "qa": {"path": "b.txt"}}
    with pytest.raises(FirthError) as caught:
        check.run(params(corpora), Workspace(tmp_path))
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["corpora.embeddings", "corpora.lm", "corpora.qa"]
    assert not (tmp_path / "settings").exists()
    assert sum(hashlib.sha256(b"text").hexdigest() in line for line in lines) == 2


def test_roles_with_own_files_are_written_for_dvc_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    shutil.copy(ROOT / "dvc.yaml", tmp_path)
    own = {"path": "a.txt", "sha256": hashlib.sha256(b"text").hexdigest()}
    for corpora, gold_sets, roles in (({}, [], []), ({"qa": own}, [], ["qa"]), ({}, [own], ["embeddings"])):
        check.run(params(corpora, gold_sets), Workspace(tmp_path))
        written = json.loads((tmp_path / "settings" / "own_files.json").read_text())
        assert written == {"own_files": roles}


def test_one_role_is_compared_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    right, wrong = (
        {"path": "a.txt", "sha256": checksum} for checksum in (hashlib.sha256(b"text").hexdigest(), "0" * 64)
    )
    experiment = params({"lm": right, "qa": wrong})
    check.verify(own_texts(experiment, "lm"), Workspace(tmp_path))
    assert capsys.readouterr().out == "corpora.lm: a.txt: as params.yaml names it, files: 1\n"
    with pytest.raises(FirthError, match=r"^corpora\.qa: "):
        check.verify(own_texts(experiment, "qa"), Workspace(tmp_path))


def test_lists_are_told_as_lists_and_passwords_are_not_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    checksum = hashlib.sha256(f"{hashlib.sha256(b'text').hexdigest()}\n".encode() * 2).hexdigest()
    (tmp_path / "b.txt").write_bytes(b"text")
    both = {"path": ["a.txt", "b.txt"], "sha256": checksum}
    url = {"url": "https://me:secret@example.org/x", "sha256": "0" * 64}
    check.verify(all_own_texts(params({"lm": both, "qa": url})), Workspace(tmp_path))
    assert capsys.readouterr().out.splitlines() == [
        "corpora.lm: a.txt, b.txt: as params.yaml names it, files: 2",
        "corpora.qa: https://example.org/x is verified when it is fetched",
    ]
