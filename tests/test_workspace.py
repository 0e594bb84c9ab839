"""Outputs appear whole or not at all."""

from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.failures import message
from firth.workspace import Workspace, require, stage_of, write_text, writing


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


@pytest.mark.parametrize("nested", [False, True])
def test_an_error_of_a_full_disk_names_what_was_being_written(tmp_path: Path, nested: bool) -> None:
    with pytest.raises(OSError, match="No space left") as caught, writing(tmp_path / "out"):
        if nested:
            with writing(tmp_path / "out" / "part"):
                raise OSError(28, "No space left on device")
        raise OSError(28, "No space left on device")
    assert message(caught.value) == f"error: {tmp_path}/out: the disk is full; make room and run again"


def test_a_missing_input_names_the_stage_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"dvc repro tokenize@lm"):
        require(tmp_path / "data", "tokenize@lm")


def test_a_missing_study_names_the_command_of_its_own_project(tmp_path: Path) -> None:
    path = Workspace(tmp_path).study_plot("pairs-random")
    with pytest.raises(FirthError, match="build it with `make studies`"):
        require(path, stage_of(path))


def test_a_path_names_the_stage_that_writes_it(tmp_path: Path) -> None:
    for stage, *arguments in [
        ("download", "lm"), ("tokenize", "qa"), ("cooccurrence",), ("svd",), ("word2vec",), ("ngram",), ("lm", "gru"),
        ("seq2seq", "qa", "dot"), ("evaluate_lm", "ngram"), ("evaluate_seq2seq", "qa", "none"), ("gradients", "gru"),
    ]:  # fmt: skip
        folder = Workspace(tmp_path).output(stage, *arguments)
        assert stage_of(folder) == stage_of(folder / "deep" / "x") == "@".join([stage, "-".join(arguments)]).rstrip("@")
    assert stage_of(Workspace(tmp_path).details / "x.csv") == stage_of(Workspace(tmp_path).headline) == "headline"
    assert stage_of(Workspace(tmp_path).vectors("word2vec")) == "word2vec"
    assert stage_of(Workspace(tmp_path).study_plot("pairs-random")) == "studies/dvc.yaml"
    assert stage_of(tmp_path / "x") == ""
