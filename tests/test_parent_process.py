"""What a process that DVC starts does when DVC is killed."""

import subprocess
import sys
from pathlib import Path

import pytest

STAGE = "from firth.parent_process import end_with_dvc; import time; end_with_dvc(); print('begun', flush=True)\n"
STAGE += "time.sleep(60)"
DVC = "import subprocess, sys; subprocess.run(['/bin/sh', '-c', sys.argv[1]])"


@pytest.mark.parametrize("after", ["", "; true"])  # a shell that becomes the command, and one that waits for it
def test_a_stage_ends_soon_when_dvc_is_killed_whatever_the_shell(tmp_path: Path, after: str) -> None:
    (tmp_path / "stage.py").write_text(STAGE)
    command = [sys.executable, "-c", DVC, f"{sys.executable} {tmp_path}/stage.py{after}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as dvc:
        assert dvc.stdout is not None
        assert dvc.stdout.readline() == "begun\n"
        dvc.kill()
        dvc.communicate(timeout=20)  # until nobody holds the pipe, that is, until the stage has ended
