"""Whether the folders of an experiment are those that dvc.lock records, so that a question is not asked of another one.

After ``git switch`` without ``dvc checkout``, dvc.lock belongs to one experiment and the folders to another. After
``dvc repro tokenize`` alone, a model belongs to another text than the one that is there.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from firth.errors import FirthError
from firth.lock_file import recorded_checksums, recorded_stages
from firth.workspace import model_stage

READ_WHOLE = 1 << 28  # bytes; of a larger folder, size and number of files are compared and not every byte
PARTIAL = ".*.partial"  # files under way, as .dvcignore names them


class RecordedFolder(NamedTuple):
    """A folder as dvc.lock records it: its checksum, its size in bytes, its number of files."""

    md5: str
    size: int
    files: int


class RecordedState(NamedTuple):
    """What dvc.lock says of the outputs, by path: each as a folder, and the checksums of what it was made from."""

    folders: dict[str, RecordedFolder]
    made_from: dict[str, dict[str, str]]


def verify_recorded(root: Path, folder: Path) -> None:
    """Refuse a folder whose content is not what dvc.lock records; without a record there is nothing to compare.

    Parameters
    ----------
    root : of the experiment, which holds dvc.lock.

    Raises
    ------
    FirthError
        The error names the commands that bring the content back.
    """
    name = folder.relative_to(root).as_posix()
    recorded = _state(root).folders.get(name)
    if recorded and not _is_same(folder, recorded):
        raise FirthError(
            f"{folder}: is not what dvc.lock records, but of another experiment or changed; "
            f"`dvc checkout {name}` brings it back, `{_command(folder)}` builds it"
        )


def verify_trained_on(root: Path, model: Path, tokens: Path) -> None:
    """Refuse a model that dvc.lock records as trained on other tokens than the present ones.

    Raises
    ------
    FirthError
        The error names the command that trains it again.
    """
    state, name = _state(root), tokens.relative_to(root).as_posix()
    trained_on = state.made_from.get(model.relative_to(root).as_posix(), {}).get(name)
    present = state.folders.get(name)
    if trained_on and present and trained_on != present.md5:
        raise FirthError(
            f"{model}: was trained on other tokens than {name} holds now; build it again with `{_command(model)}`"
        )


def _command(folder: Path) -> str:
    return f"dvc repro {f'tokenize@{folder.name}' if folder.parent.name == 'tokens' else model_stage(folder)}"


def _is_same(folder: Path, recorded: RecordedFolder) -> bool:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.match(PARTIAL))
    size = sum(path.stat().st_size for path in files)
    if (size, len(files)) != (recorded.size, recorded.files):
        return False
    return size > READ_WHOLE or _checksum(folder, files) == recorded.md5


def _checksum(folder: Path, files: list[Path]) -> str:
    """DVC's checksum of a folder: that of the list of its files, each with its own."""
    listing = [{"md5": _md5(path), "relpath": path.relative_to(folder).as_posix()} for path in files]
    listing.sort(key=lambda entry: entry["relpath"])
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _state(root: Path) -> RecordedState:
    """What the dvc.lock of an experiment records; nothing if there is none."""
    path = root / "dvc.lock"
    try:
        status = path.stat()
    except FileNotFoundError:
        return RecordedState({}, {})
    return _read(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, _size: int) -> RecordedState:
    folders, made_from = {}, {}
    try:
        for record in recorded_stages(path.read_text(encoding="utf-8")).values():
            dependencies = recorded_checksums([record], "deps")
            for out in record.get("outs", []):
                made_from[out["path"]] = dependencies
                if str(out.get("md5", "")).endswith(".dir"):
                    folders[out["path"]] = RecordedFolder(out["md5"], out["size"], out["nfiles"])
    except (ValueError, KeyError):
        raise FirthError(
            f"{path}: not DVC's (cut off, or a merge conflict?); `firth check` mends it or says how"
        ) from None
    return RecordedState(folders, made_from)
