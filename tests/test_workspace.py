"""Outputs appear whole or not at all."""

from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.workspace import require, write_text, writing


def test_a_folder_that_fails_half_way_leaves_the_old_one_and_no_trace(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with writing(target) as folder:
        (folder / "a").write_text("1")
    with pytest.raises(KeyboardInterrupt), writing(target) as folder:
        (folder / "a").write_text("2")
        raise KeyboardInterrupt
    assert (target / "a").read_text() == "1"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_replaces_what_was_there_and_what_a_killed_run_left(tmp_path: Path) -> None:
    target = tmp_path / "out"
    (tmp_path / ".out.partial").mkdir()
    (tmp_path / ".out.partial" / "stale").write_text("stale")
    target.mkdir()
    (target / "old").write_text("old")
    with writing(target) as folder:
        (folder / "new").write_text("new")
    assert [path.name for path in target.iterdir()] == ["new"]


def test_a_text_that_cannot_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "x.json"
    write_text(target, "one\n")
    with pytest.raises(UnicodeEncodeError):
        write_text(target, "\ud800")
    assert target.read_bytes() == b"one\n"
    assert list(target.parent.iterdir()) == [target]


def test_a_missing_input_names_the_stage_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"dvc repro tokenize@lm"):
        require(tmp_path / "data", "tokenize@lm")
