"""A lock for each output: two runs of one stage item at once would mix their files."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from firth.errors import FirthError

SECONDS_FOR_ORPHANS = 15.0  # a stage whose DVC was killed ends within 10 s


@contextmanager
def output_lock(path: Path, name: str) -> Iterator[None]:
    """Hold a lock file, and name the holder beside it.

    A stage of DVC's waits a few seconds for one that a killed DVC has left.

    Parameters
    ----------
    name : what the lock is for, as it stands in a message.

    Raises
    ------
    FirthError
        If another process holds the lock; the error names the process.
    """
    if is_further_process():
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    lock, holder = FileLock(path), path.with_suffix(".holder")
    try:
        lock.acquire(timeout=SECONDS_FOR_ORPHANS if "DVC_STAGE" in os.environ else 0)
    except Timeout:
        other = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
        raise FirthError(f"{name}: {other} is still at work on it; wait for it or stop it, then run again") from None
    try:
        holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        yield
    finally:
        lock.release()


def is_further_process() -> bool:
    """Whether this is one of several processes of a training, but not the one that holds the lock for all."""
    return int(os.environ.get("LOCAL_RANK", "0")) > 0 or int(os.environ.get("NODE_RANK", "0")) > 0
