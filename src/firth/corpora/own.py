"""The user's own files: found, and verified by the checksum in params.yaml."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from firth.corpora.archives import SNIFF, LocalFile, is_hidden, reason_by_content, reason_by_name
from firth.corpora.counts import FileCounts
from firth.corpora.fetch import fetch, file_checksum
from firth.errors import FirthError, shown
from firth.params.corpora_params import OwnFile
from firth.params.roles import ROLES, Role
from firth.params.section import Section

if TYPE_CHECKING:
    from firth.params.experiment import Params

Found = TypeVar("Found")


def own_files(source: Section, key: str) -> Iterator[tuple[str, OwnFile]]:
    """Every own text that a source names, with its key in params.yaml (``corpora.lm.train``, say)."""
    if isinstance(source, OwnFile):
        yield key, source
        return
    for name in type(source).model_fields:
        value = getattr(source, name)
        if isinstance(value, Section):
            yield from own_files(value, f"{key}.{name}")


def own_texts(params: Params, role: Role) -> dict[str, OwnFile]:
    """Every own text of a role, by key; own gold sets belong to ``embeddings``."""
    texts = dict(own_files(getattr(params.corpora, role), f"corpora.{role}"))
    gold_sets = enumerate(params.evaluation.gold_sets if role == "embeddings" else [])
    return texts | {f"evaluation.gold_sets.{index}": own for index, own in gold_sets if isinstance(own, OwnFile)}


def all_own_texts(params: Params) -> dict[str, OwnFile]:
    """Every own text of an experiment, by key."""
    return {key: own for role in ROLES for key, own in own_texts(params, role).items()}


def verified_files(
    named: dict[str, OwnFile], root: Path, downloads: Path, beside: FileCounts
) -> dict[str, list[LocalFile]]:
    """Find or fetch own texts and verify them: key in params.yaml → the files of the text, in the order of reading.

    Parameters
    ----------
    named : key in params.yaml → text as described there.
    root : folder of params.yaml, where relative paths begin.
    downloads : folder that keeps fetched files.
    beside : counts the files of folders that are not read.

    Raises
    ------
    FirthError
        One line for each text that is missing or unreachable, or whose checksum in params.yaml is missing or wrong;
        the line holds the actual checksum, ready to be pasted.
    """

    def verified(key: str, own: OwnFile) -> list[LocalFile]:
        files = _found(key, own, root, downloads, beside)
        _verify(key, own, files)
        return files

    return _each(named, verified)


def seen_checksums(named: dict[str, OwnFile], root: Path, downloads: Path) -> dict[str, str]:
    """The checksums of own texts as they are now: key in params.yaml → SHA-256. Those given by url are fetched anew.

    Raises
    ------
    FirthError
        One line for each text that is missing or unreachable.
    """

    def seen(key: str, own: OwnFile) -> str:
        present = own.model_copy(update={"sha256": None})  # an old one would be looked for, and its file found
        return set_checksum(_found(key, present, root, downloads, FileCounts()))

    return _each(named, seen)


def _each(named: dict[str, OwnFile], act: Callable[[str, OwnFile], Found]) -> dict[str, Found]:
    """The result for every own text, or all errors together."""
    found, problems = {}, []
    for key, own in named.items():
        try:
            found[key] = act(key, own)
        except FirthError as problem:
            problems.append(str(problem))
    if problems:
        raise FirthError("\n".join(problems))
    return found


def _found(key: str, own: OwnFile, root: Path, downloads: Path, beside: FileCounts) -> list[LocalFile]:
    """The files of one own text, fetched if it is given by ``url``; their checksum is not compared."""
    if own.url is not None:
        try:
            fetched = fetch(own.url, f"sha256:{own.sha256}" if own.sha256 else None, downloads)
        except FirthError as problem:
            raise FirthError(f"{key}: {problem}") from None
        return [LocalFile(fetched.path, fetched.name, own.encoding)]
    files = [file for path in own.paths for file in _files_of(key, path, own.encoding, root, beside)]
    places = set[Path]()
    for file in files:
        place = file.path.resolve()
        if place in places:
            raise FirthError(f"{key}: {shown(file.name)}: is named twice; name it once")
        places.add(place)
    return files


def set_checksum(files: list[LocalFile]) -> str:
    """The SHA-256 that stands for a text: of its file or, of several, that of their checksums, one a line, in order."""
    checksums = [file_checksum(file.path).removeprefix("sha256:") for file in files]
    if len(checksums) == 1:
        return checksums[0]
    return hashlib.sha256("".join(f"{checksum}\n" for checksum in checksums).encode()).hexdigest()


def _verify(key: str, own: OwnFile, files: list[LocalFile]) -> None:
    seen = set_checksum(files)
    if seen == own.sha256:
        return
    name = shown(files[0].name) if len(files) == 1 else f"{shown(files[0].name)} and {len(files) - 1:,} more"
    it = "the file" if len(files) == 1 else "these files"
    if own.sha256 is None:
        raise FirthError(
            f"{key}: {name}: no sha256 in params.yaml; if {it} should be read, `firth check --write` adds  "
            f"sha256: {seen}"
        )
    raise FirthError(
        f"{key}: {name}: not the text that params.yaml names by sha256: {own.sha256}; "
        f"if the new content is intended, `firth check --write` writes  sha256: {seen}"
    )


def _files_of(key: str, path: str, encoding: str, root: Path, beside: FileCounts) -> Iterator[LocalFile]:
    """The files that one path names: a file, a folder's files, or those that match a pattern, sorted."""
    name = path
    try:
        place = root / Path(path).expanduser()
        if place.is_dir():
            files = [file for file in _matching(place, "**/*") if not _is_left_out(file, place, encoding, beside)]
            problem = "is a folder without a text; name one with texts"
        elif has_magic(path) and not place.exists():
            parts = Path(path).expanduser().parts
            fixed = next(index for index, part in enumerate(parts) if has_magic(part))
            base = root.joinpath(*parts[:fixed])
            files = [file for file in _matching(base, "/".join(parts[fixed:])) if not _is_hidden(file, base, beside)]
            problem = "matches no file; correct it (relative to params.yaml)"
        else:
            files = [place]
            problem = ""
        if not files:
            raise FirthError(f"{key}: {shown(path)}: {problem}")
        for file in files:
            name = path if file == place else f"{file.relative_to(root) if file.is_relative_to(root) else file}"
            if file.exists() and not file.is_file():
                raise FirthError(f"{key}: {shown(name)}: is no regular file; copy what it gives into one")
            with file.open("rb"):
                yield LocalFile(file, name, encoding)
    except RuntimeError:
        raise FirthError(f"{key}: {shown(path)}: there is no such home folder; correct the path") from None
    except OSError as error:
        reason = error.strerror or error
        raise FirthError(f"{key}: {shown(name)}: {reason}; correct it (relative to params.yaml)") from None
    except ValueError as error:
        raise FirthError(f"{key}: {shown(path)}: {error}; correct the path") from None


def _matching(folder: Path, pattern: str) -> list[Path]:
    return sorted((file for file in folder.glob(pattern) if not file.is_dir()), key=Path.as_posix)


def _is_hidden(file: Path, folder: Path, beside: FileCounts) -> bool:
    """Whether a file that a pattern matches is hidden; it is then counted."""
    name = file.relative_to(folder).as_posix()
    if is_hidden(name):
        beside.leave_out("hidden_files", name)
    return is_hidden(name)


def _is_left_out(file: Path, folder: Path, encoding: str, beside: FileCounts) -> bool:
    """Whether a file of a folder is not read; it is then counted. Packed files are read."""
    name = file.relative_to(folder).as_posix()
    reason = reason_by_name(name)
    if not reason and file.is_file():  # a named pipe and a link to nowhere are errors
        reason = reason_by_content(name, _start(file), encoding)
    if reason in (None, "packed_files"):
        return False
    beside.leave_out(reason, name)
    return True


def _start(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(SNIFF)
