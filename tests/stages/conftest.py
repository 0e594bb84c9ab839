"""A folder to ask questions in, as people do on the command line."""

import sys
from pathlib import Path

import pytest
from stages.asking import Answer, Ask

from firth import cli


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ask(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    monkeypatch.setattr(cli, "fix_threads", lambda threads: None)  # for libraries that are imported later

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["firth", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        out, errors = capsys.readouterr()
        return Answer(caught.value.code, [line.split() for line in out.splitlines()], errors)

    return run
