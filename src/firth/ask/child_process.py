"""A command that ends with the process that runs it."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

SECONDS_TO_END = 20.0  # between asking a command to end, asking again, and killing it


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
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command and the processes of its group, if the command has not ended."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_TO_END)
