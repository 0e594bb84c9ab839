"""Working checkpoints, found again by the fingerprint of their computation and locked while in use."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from firth.output_lock import is_further_process, output_lock

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
    with output_lock(_lock_file(folder / fingerprint), str(folder)):
        if not is_further_process():
            _remove_old(folder, fingerprint)
        (folder / fingerprint).mkdir(parents=True, exist_ok=True)
        yield folder / fingerprint
        if not is_further_process():
            shutil.rmtree(folder / fingerprint)  # the run is over: a forced one trains anew


def _lock_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _remove_old(folder: Path, fingerprint: str) -> None:
    """Remove what other computations left, but for the newest and for what is in use."""
    others = [path for path in folder.iterdir() if path.is_dir() and path.name != fingerprint]
    for old in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        with suppress(Timeout), FileLock(_lock_file(old)).acquire(timeout=0):
            shutil.rmtree(old)
