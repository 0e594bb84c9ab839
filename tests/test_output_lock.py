"""One run of a stage item at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.output_lock import output_lock


def test_a_second_run_is_refused_in_one_line_that_names_the_first(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "tokenize-lm.lock"
    script = "import sys, pathlib; from firth.output_lock import output_lock\n"
    script += "with output_lock(pathlib.Path(sys.argv[1]), 'x'): print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        named = rf"^tokenize-lm: process {first.pid} on \S+ is still at work on it; wait"
        with pytest.raises(FirthError, match=named), output_lock(path, "tokenize-lm"):
            pass
        first.kill()
    with output_lock(path, "tokenize-lm"), output_lock(path.with_name("tokenize-qa.lock"), "tokenize-qa"):
        assert path.with_suffix(".holder").read_text().startswith(f"process {os.getpid()} on ")


def test_a_stage_of_dvc_waits_for_one_that_a_killed_dvc_has_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_STAGE", "tokenize@lm")
    path = tmp_path / "x.lock"
    command = ["flock", str(path), "sh", "-c", "echo held; sleep 1; echo ending"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as orphan:
        assert orphan.stdout is not None
        assert orphan.stdout.readline() == "held\n"
        with output_lock(path, "x"):
            assert orphan.stdout.read() == "ending\n"


def test_further_processes_of_a_training_share_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with output_lock(tmp_path / "x.lock", "x"):
        monkeypatch.setenv("LOCAL_RANK", "1")
        with output_lock(tmp_path / "x.lock", "x"):
            pass
