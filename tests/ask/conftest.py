"""A folder to ask questions in, as people do on the command line."""

import sys
from pathlib import Path

import pytest
from ask.asking import Ask, CommandAnswer
from ask.tiny_models import build_encoder_decoders, build_language_models

from firth import cli
from firth.ask import commands
from firth.workspace import Workspace


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def language_models(folder: Path) -> Workspace:
    """An n-gram model and two networks, both with random weights."""
    return build_language_models(folder)


@pytest.fixture
def encoder_decoders(folder: Path) -> Workspace:
    """Two models of translation and one of question answering, all with random weights."""
    return build_encoder_decoders(folder)


@pytest.fixture
def ask(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    monkeypatch.setattr(commands, "fix_threads", lambda threads: None)  # it sets what libraries read at import

    def run(*arguments: str) -> CommandAnswer:
        monkeypatch.setattr(sys, "argv", ["firth", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        out, errors = capsys.readouterr()
        return CommandAnswer(caught.value.code, [line.split() for line in out.splitlines()], errors)

    return run
