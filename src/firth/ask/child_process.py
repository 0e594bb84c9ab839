"""A command that ends with the process that runs it."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

SECONDS_TO_END = 20.0  # between asking a command to end, asking again, and killing it
SECONDS_BETWEEN_LOOKS = 0.1  # at whether it has ended


def run_child(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> int:
    """Run a command in a folder to its end, and return its exit status, negative if a signal ended it.

    An exception in the meantime, such as ``firth.process.Interrupted``, ends the command before it goes on. The command
    has a process group of its own: DVC ignores the Ctrl-C of a person while a stage runs, and removes its temporary
    folder when the stage has ended. So the stage has to be told too.

    Parameters
    ----------
    environment : variables of the command; None gives it those of this process.
    """
    process = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True)
    try:
        return process.wait()
    except BaseException:
        _end(process)
        raise


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command and all processes of its group, some of which may outlive it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        end = time.monotonic() + SECONDS_TO_END
        while is_running := _is_running(process):
            if time.monotonic() > end:
                break
            time.sleep(SECONDS_BETWEEN_LOOKS)
        if not is_running:
            return


def _is_running(process: "subprocess.Popen[bytes]") -> bool:
    """Whether a command, or another process of its group, has not ended."""
    if process.poll() is None:
        return True
    for other in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(other.pid) == process.pid and other.status() != psutil.STATUS_ZOMBIE:
                return True
    return False
