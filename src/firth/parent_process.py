"""The end of a stage's command with the DVC process that started it."""

import os
import signal
import threading
import time
from contextlib import suppress

import psutil

SECONDS_BETWEEN_LOOKS = 1.0  # at whether DVC has ended
SECONDS_TO_END = 5.0  # before a process that was asked to end is killed


def end_with_dvc() -> None:
    """Have this process, a stage's command, end within 10 s of the DVC process that started it, even if that is killed.

    DVC runs a command in a shell. The shell may stand between DVC and this process, or may have become this process.
    """
    own = psutil.Process()
    chain = [(own, own.ppid())]
    with suppress(psutil.Error):
        shell = psutil.Process(own.ppid())
        if shell.cmdline()[-2:-1] == ["-c"]:
            chain.append((shell, shell.ppid()))
    threading.Thread(target=_end_after, args=(chain,), daemon=True).start()


def _end_after(chain: list[tuple[psutil.Process, int]]) -> None:
    """End this process when one in a chain of processes and the numbers of their parents has got another parent."""
    with suppress(psutil.NoSuchProcess):
        while all(process.ppid() == parent for process, parent in chain):
            time.sleep(SECONDS_BETWEEN_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(SECONDS_TO_END)
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os.kill(os.getpid(), signal.SIGKILL)
