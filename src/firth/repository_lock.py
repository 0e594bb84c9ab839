"""DVC's lock of the repository, for many short holders: one that waits is next within hundredths of a second.

DVC itself looks every half second whether the lock is free, which was a quarter of the time of 45 quick
stages, two at a time.
"""

import time
from typing import Any

from dvc.lock import Lock, LockError, make_lock

SECONDS_BETWEEN_LOOKS = 0.02


class EagerLock(Lock):
    """The same lock file as DVC's.

    Parameters
    ----------
    patience : seconds to wait before ``LockError``.
    """

    def __init__(self, lockfile: str, patience: float) -> None:
        super().__init__(lockfile)
        self.patience = patience

    def lock(self) -> None:
        """Acquire the lock."""
        end = time.monotonic() + self.patience
        while True:
            try:
                self._do_lock()
                return
            except LockError:
                if time.monotonic() >= end:
                    raise
            time.sleep(SECONDS_BETWEEN_LOOKS)


def lock_eagerly(repo: Any, patience: float = float("inf")) -> None:
    """Have ``repo`` wait for its lock for so many seconds; ``core.hardlink_lock`` keeps DVC's own lock."""
    if repo.config["core"].get("hardlink_lock", False):
        wait = patience == float("inf")
        repo.lock = make_lock(repo.lock.lockfile, repo.tmp_dir, hardlink_lock=True, wait=wait)
    else:
        repo.lock = EagerLock(repo.lock.lockfile, patience)
