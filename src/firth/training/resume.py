"""Working checkpoints: found again by a fingerprint of everything that decides the result, and locked while in use."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from firth.errors import FirthError

UNINVOLVED = ("firth.errors", "firth.workspace", "firth.cli", "firth.training.progress")  # cannot change a result


def fingerprint(settings: dict[str, Any], inputs: Iterable[Path]) -> str:
    """A name for one computation: its settings, the bytes of its inputs and the source of every imported module.

    Parameters
    ----------
    settings : values that JSON can write, by name.
    inputs : files, or folders that are read whole.
    """
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    modules = sorted(name for name in sys.modules if name.split(".")[0] == "firth" and name not in UNINVOLVED)
    sources = [Path(path) for name in modules if (path := getattr(sys.modules[name], "__file__", None))]
    for name, path in [*zip(modules, sources, strict=True), *((path.name, path) for path in _files(inputs))]:
        digest.update(f"\0{name}\0".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


@contextmanager
def checkpoint_folder(folder: Path, name: str) -> Iterator[Path]:
    """Yield ``folder/name``, locked against a second run, and remove it if the block ends well.

    What other fingerprints left there is removed first.

    Raises
    ------
    FirthError
        If another process holds the folder.
    """
    if int(os.environ.get("LOCAL_RANK", "0")) > 0 or int(os.environ.get("NODE_RANK", "0")) > 0:
        yield folder / name  # a further process of the run that holds the lock
        return
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise FirthError(
            f"{folder}: another run of this stage is still at work (a killed `dvc` leaves its stage running); "
            "wait for it or stop it, then run again"
        ) from None
    try:
        for stale in folder.iterdir():
            if stale.is_dir() and stale.name != name:
                shutil.rmtree(stale)
        (folder / name).mkdir(exist_ok=True)
        yield folder / name
        shutil.rmtree(folder / name)  # the run is over: a forced one trains anew
    finally:
        lock.release()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
