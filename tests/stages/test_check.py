"""`firth check` looks at every own file of every role."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from firth.errors import FirthError
from firth.params.experiment import Params
from firth.stages import check
from firth.workspace import Workspace

PRESET = Path(__file__).parents[2] / "presets" / "world.yaml"


def params(corpora: dict[str, Any]) -> Params:
    content = YAML(typ="safe").load(PRESET.read_text(encoding="utf-8"))
    content["corpora"] |= corpora
    return Params.model_validate(content)


def test_right_files_are_listed_and_the_file_called_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
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


def test_every_problem_of_every_role_gets_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    wrong = {"path": "a.txt", "sha256": "0" * 64}
    corpora = {"embeddings": {"path": "a.txt"}, "lm": wrong, "qa": {"path": "b.txt"}}
    with pytest.raises(FirthError) as caught:
        check.run(params(corpora), Workspace(tmp_path))
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["corpora.embeddings", "corpora.lm", "corpora.qa"]
    assert sum(hashlib.sha256(b"text").hexdigest() in line for line in lines) == 2
