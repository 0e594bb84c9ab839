"""Working checkpoints, found again by the fingerprint of their computation and locked while in use."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from firth.errors import FirthError

KEPT = 3  # computations of one stage item whose checkpoints stay, such as those of interrupted experiments


@contextmanager
def checkpoint_folder(folder: Path, fingerprint: str) -> Iterator[Path]:
    """Yield ``folder/fingerprint``, locked against a second run, and remove it if the block ends well.

    Experiments of other settings may be at work beside it. Of the checkpoints that they have left, the newest stay.

    Raises
    ------
    FirthError
        If another process holds the same computation.
    """
    if int(os.environ.get("LOCAL_RANK", "0")) > 0 or int(os.environ.get("NODE_RANK", "0")) > 0:
        yield folder / fingerprint  # a further process of the run that holds the lock
        return
    folder.mkdir(parents=True, exist_ok=True)
    lock = _lock(folder / fingerprint)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise FirthError(
            f"{folder}: another run of this stage is still at work (a killed `dvc` leaves its stage running); "
            "wait for it or stop it, then run again"
        ) from None
    try:
        _remove_old(folder, fingerprint)
        (folder / fingerprint).mkdir(exist_ok=True)
        yield folder / fingerprint
        shutil.rmtree(folder / fingerprint)  # the run is over: a forced one trains anew
    finally:
        lock.release()


def _lock(folder: Path) -> FileLock:
    return FileLock(folder.with_name(f"{folder.name}.lock"))


def _remove_old(folder: Path, fingerprint: str) -> None:
    """Remove what other computations left, but for the newest and for what is in use."""
    others = [path for path in folder.iterdir() if path.is_dir() and path.name != fingerprint]
    for old in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        with suppress(Timeout), _lock(old).acquire(timeout=0):
            shutil.rmtree(old)
