"""Checkpoints are found again only by the computation that wrote them, and by one process at a time."""

from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.training.reproducibility import derived_seed, generator
from firth.training.resume import checkpoint_folder, fingerprint


def test_a_fingerprint_changes_with_settings_and_with_inputs_and_with_nothing_else(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    (data / "deep" / "ids").write_bytes(b"1")
    first = fingerprint({"a": 1, "b": 2}, [data])
    assert fingerprint({"b": 2, "a": 1}, [data]) == first
    assert fingerprint({"a": 1, "b": 3}, [data]) != first
    (data / "deep" / "ids").write_bytes(b"2")
    assert fingerprint({"a": 1, "b": 2}, [data]) != first


def test_checkpoints_of_another_fingerprint_are_removed_and_one_s_own_kept(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(InterruptedError), checkpoint_folder(tmp_path, "old") as old:
            (old / "last.ckpt").open("a").write("old")
            raise InterruptedError
    assert (old / "last.ckpt").read_text() == "oldold"
    with checkpoint_folder(tmp_path, "new") as new:
        assert list(new.iterdir()) == []
        assert not old.exists()


def test_checkpoints_of_a_run_that_ended_well_are_removed_so_that_a_forced_run_trains_anew(tmp_path: Path) -> None:
    with checkpoint_folder(tmp_path, "x") as folder:
        (folder / "last.ckpt").write_text("x")
    assert not folder.exists()


def test_a_second_run_of_the_same_stage_is_refused(tmp_path: Path) -> None:
    with (
        checkpoint_folder(tmp_path, "x"),
        pytest.raises(FirthError, match="still at work"),
        checkpoint_folder(tmp_path, "x"),
    ):
        pass


def test_generators_depend_on_every_part_of_their_name() -> None:
    seeds = {derived_seed(1, "a"), derived_seed(2, "a"), derived_seed(1, "b"), derived_seed(1, "a", 0)}
    assert len(seeds) == 4
    assert generator(1, "a").integers(1 << 60) == generator(1, "a").integers(1 << 60)
