"""Checkpoints are found again only by the computation that wrote them, and by one process at a time."""

import os
from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.training.resume import checkpoint_folder


def abandoned(folder: Path, fingerprint: str) -> Path:
    """The checkpoints of a computation that was interrupted."""
    with pytest.raises(InterruptedError), checkpoint_folder(folder, fingerprint) as place:
        (place / "last.ckpt").open("a").write("x")
        raise InterruptedError
    return place


def test_an_interrupted_computation_finds_its_checkpoints_again(tmp_path: Path) -> None:
    abandoned(tmp_path, "a")
    assert (abandoned(tmp_path, "a") / "last.ckpt").read_text() == "xx"


def test_the_newest_checkpoints_of_other_computations_stay_and_older_ones_go(tmp_path: Path) -> None:
    left = [abandoned(tmp_path, name) for name in "abc"]
    for age, place in enumerate(reversed(left)):
        os.utime(place, (1e9 - age, 1e9 - age))
    with checkpoint_folder(tmp_path, "new") as new:
        assert list(new.iterdir()) == []
        assert [place.exists() for place in left] == [False, True, True]


def test_checkpoints_in_use_stay(tmp_path: Path) -> None:
    with checkpoint_folder(tmp_path, "busy") as busy:
        os.utime(busy, (1, 1))
        for name in "abcd":
            abandoned(tmp_path, name)
        assert busy.exists()


def test_two_computations_of_one_stage_work_side_by_side(tmp_path: Path) -> None:
    with checkpoint_folder(tmp_path, "a") as first, checkpoint_folder(tmp_path, "b") as second:
        assert first != second


def test_checkpoints_of_a_run_that_ended_well_are_removed_so_that_a_forced_run_trains_anew(tmp_path: Path) -> None:
    with checkpoint_folder(tmp_path, "x") as folder:
        (folder / "last.ckpt").write_text("x")
    assert not folder.exists()


def test_a_second_run_of_the_same_computation_is_refused(tmp_path: Path) -> None:
    with (
        checkpoint_folder(tmp_path, "x"),
        pytest.raises(FirthError, match="still at work"),
        checkpoint_folder(tmp_path, "x"),
    ):
        pass
