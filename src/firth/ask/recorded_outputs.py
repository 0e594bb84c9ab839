"""``firth verify``: every output that dvc.lock records, in the working copy and in DVC's cache, hashed anew.

DVC takes a read-only object of its cache for intact, and a file whose inode, time and size it has seen for unchanged. A
byte that changed on the disk passes both. Here each file is read, once where the working copy links to the cache.
"""

import hashlib
import json
import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import FirthError, listed, shown
from firth.training.progress import Meter

READ_AT_ONCE = 1 << 20  # bytes
FOLDER = ".dir"  # ends the checksum of a folder
Listing = Mapping[str, str]  # path within an output, "." if the output is one file → MD5


class RecordedOutput(NamedTuple):
    """An output as dvc.lock records it.

    Attributes
    ----------
    name : path below the folder of the experiment.
    checksum : MD5 of a file; of a folder that of its listing, with ``.dir``.
    stage : name of the stage that writes it, as ``dvc repro`` takes it.
    command : of this stage.
    cache : the folder that holds the objects of DVC's cache; None for an output that is not cached.
    place : of the output in the working copy.
    files : in the working copy, but those that .dvcignore names; empty if the output is not there.
    """

    name: str
    checksum: str
    stage: str
    command: str
    cache: Path | None
    place: Path
    files: list[Path]


class CachedObjects(NamedTuple):
    """The objects of one output in DVC's cache.

    ``listing`` holds the files of the output; None if the object that lists them is damaged or missing.
    """

    listing: Listing | None
    damaged: list[Path]
    missing: int


@dataclass
class Hashes:
    """MD5 of files, each file read once, whatever the number of links to it."""

    meter: Meter
    known: dict[tuple[int, int], str] = field(default_factory=dict)  # device and inode → MD5
    size: int = 0  # bytes read

    def of(self, path: Path) -> str:
        status = path.stat()
        key = (status.st_dev, status.st_ino)
        if key not in self.known:
            digest = hashlib.md5(usedforsecurity=False)
            with path.open("rb") as file:
                while block := file.read(READ_AT_ONCE):
                    digest.update(block)
                    self.size += len(block)
                    self.meter.advance(len(block))
            self.known[key] = digest.hexdigest()
        return self.known[key]


def print_verification(folder: Path) -> None:
    """Hash all outputs of the experiment in ``folder`` anew, and print how many files and bytes were read.

    Raises
    ------
    FirthError
        A line for each output that differs from dvc.lock or is missing, in the working copy or in the cache; the line
        ends with the command that mends the output.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(folder)) as repo:
            outputs = sorted(recorded_outputs(repo, folder))
            has_remote = bool(repo.config["core"].get("remote"))
    except DvcException as error:
        raise FirthError(f"{folder}: {error}; mend that and run again") from error
    if not outputs:
        raise FirthError(f"{folder / 'dvc.lock'}: records no output; build the experiment with `make repro`")
    with Meter("verify", _size(outputs)) as meter:
        hashes = Hashes(meter)
        lines = [line for output in outputs for line in finding(output, folder, hashes, has_remote=has_remote)]
    print(f"outputs in dvc.lock: {len(outputs):,}; hashed: {len(hashes.known):,} files, {hashes.size:,} bytes")
    if lines:
        raise FirthError("\n".join(lines))
    print("every output is as dvc.lock records it, in the working copy and in the cache")


def recorded_outputs(repo: Any, folder: Path) -> Iterator[RecordedOutput]:
    """The outputs that the dvc.lock of a DVC repository (``dvc.repo.Repo``) records."""
    for out in repo.index.outs:
        if out.hash_info:
            place = Path(out.fs_path)
            yield RecordedOutput(
                os.path.relpath(place, folder),
                out.hash_info.value,
                out.stage.name,
                out.stage.cmd,
                Path(out.cache.path) if out.use_cache else None,
                place,
                _files(repo, out, place),
            )


def _files(repo: Any, out: Any, place: Path) -> list[Path]:
    paths = map(Path, repo.dvcignore.find(out.fs, str(place))) if place.is_dir() else [place]
    return sorted(path for path in paths if path.is_file())  # no link to an object that is not there


def finding(output: RecordedOutput, folder: Path, hashes: Hashes, *, has_remote: bool) -> Iterator[str]:
    """At most one line: what is wrong with an output, and the command that mends all of it."""
    objects = _look_into_cache(output, hashes)
    difference = _difference(output, objects.listing, hashes)
    damaged = listed([_short(path, folder) for path in objects.damaged])
    wrong = [
        difference,
        f"damaged in the cache ({damaged})" if damaged else "",
        f"not in the cache (objects: {objects.missing:,})" if objects.missing else "",
    ]
    if any(wrong):
        command = _mending(output, objects, folder, is_intact=not difference, has_remote=has_remote)
        yield f"{shown(output.name)}: {', '.join(filter(None, wrong))}; mend with `{command}`"


def _look_into_cache(output: RecordedOutput, hashes: Hashes) -> CachedObjects:
    """Hash the objects of one output."""
    if output.cache is None:
        return CachedObjects(None, [], 0)
    first = object_path(output.cache, output.checksum)
    if not first.is_file():
        return CachedObjects(None, [], 1)
    if hashes.of(first) != output.checksum.removesuffix(FOLDER):
        return CachedObjects(None, [first], 0)
    if not output.checksum.endswith(FOLDER):
        return CachedObjects({".": output.checksum}, [], 0)
    listing = read_listing(first)
    objects = {md5: object_path(output.cache, md5) for md5 in listing.values()}
    there = {md5: path for md5, path in objects.items() if path.is_file()}
    damaged = [path for md5, path in there.items() if hashes.of(path) != md5]
    return CachedObjects(listing, damaged, len(objects) - len(there))


def object_path(objects: Path, checksum: str) -> Path:
    """Where a cache or a folder remote of DVC's keeps an object."""
    return objects / checksum[:2] / checksum[2:]


def read_listing(path: Path) -> Listing:
    """The files of a folder, as the object that lists them has them."""
    return {entry["relpath"]: entry["md5"] for entry in json.loads(path.read_text(encoding="utf-8"))}


def _difference(output: RecordedOutput, listing: Listing | None, hashes: Hashes) -> str:
    """How an output in the working copy differs from dvc.lock; empty if it doesn't."""
    if not output.files and not output.place.is_dir():
        return "not in the working copy"
    present = {path.relative_to(output.place).as_posix(): hashes.of(path) for path in output.files}
    if _checksum(present, is_folder=output.checksum.endswith(FOLDER)) == output.checksum:
        return ""
    if listing is None or "." in listing:
        return "differs in the working copy"
    names = sorted(name for name in present.keys() | listing.keys() if present.get(name) != listing.get(name))
    return f"differs in the working copy ({listed(names)})"


def _checksum(files: Listing, *, is_folder: bool) -> str | None:
    """DVC's checksum of an output: of a folder that of the list of its files, each with its own."""
    if not is_folder:
        return files.get(".")
    listing = [{"md5": files[name], "relpath": name} for name in sorted(files)]
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + FOLDER


def _mending(output: RecordedOutput, objects: CachedObjects, folder: Path, *, is_intact: bool, has_remote: bool) -> str:
    """The command that brings an output back to what dvc.lock records.

    DVC replaces neither a file that it takes for unchanged nor a damaged object, so that both are removed before.
    """
    name, stage = shlex.quote(output.name), shlex.quote(output.stage)
    if output.cache is None:
        return output.command
    if is_intact and not objects.damaged:
        return f"dvc commit {stage}"
    paths = [_short(path, folder) for path in [output.place] * os.path.lexists(output.place) + objects.damaged]
    bring = f"dvc checkout {name}"
    if objects.damaged or objects.missing:
        bring = f"dvc pull {name} || dvc repro {stage}" if has_remote else f"dvc repro {stage}"
    return f"rm -rf {shlex.join(paths)} && {bring}" if paths else bring


def _short(path: Path, folder: Path) -> str:
    """The path as a command in ``folder`` takes it."""
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _size(outputs: Iterable[RecordedOutput]) -> int:
    """Bytes that will be read: of the working copy and of the cache, each inode once.

    The size of a file that the working copy lacks is unknown until its object is read.
    """
    found = {}
    for output in outputs:
        for path in output.files:
            status = path.stat()
            is_linked = output.cache is None or status.st_nlink > 1 or path.is_symlink()
            found[status.st_dev, status.st_ino] = status.st_size * (1 if is_linked else 2)
    return sum(found.values())
