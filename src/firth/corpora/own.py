"""The user's own files: found, and verified by the checksum in params.yaml."""

from collections.abc import Iterator
from pathlib import Path

from firth.corpora.archives import LocalFile
from firth.corpora.fetch import fetch, file_checksum
from firth.errors import FirthError
from firth.params.corpora_params import OwnFile
from firth.params.section import Section


def own_files(source: Section, key: str) -> Iterator[tuple[str, OwnFile]]:
    """Every own file that a source names, with its key in params.yaml (``corpora.lm.train``, say)."""
    if isinstance(source, OwnFile):
        yield key, source
        return
    for name in type(source).model_fields:
        value = getattr(source, name)
        if isinstance(value, Section):
            yield from own_files(value, f"{key}.{name}")


def verified_files(named: dict[str, OwnFile], root: Path, downloads: Path) -> dict[str, LocalFile]:
    """Find or fetch own files and verify them: key in params.yaml → file.

    Parameters
    ----------
    named : key in params.yaml → file as described there.
    root : folder of params.yaml, where relative paths begin.
    downloads : folder that keeps fetched files.

    Raises
    ------
    FirthError
        One line for each file that is missing or unreachable, or whose checksum in params.yaml is missing or wrong;
        the line holds the actual checksum, ready to be pasted.
    """
    files, problems = {}, []
    for key, own in named.items():
        try:
            files[key] = verified_file(key, own, root, downloads)
        except FirthError as problem:
            problems.append(str(problem))
    if problems:
        raise FirthError("\n".join(problems))
    return files


def verified_file(key: str, own: OwnFile, root: Path, downloads: Path) -> LocalFile:
    """Find or fetch one own file and verify it, as `verified_files` does."""
    expected = f"sha256:{own.sha256}" if own.sha256 else None
    if own.url is not None:
        try:
            file = fetch(own.url, expected, downloads)  # verified, if there is a checksum
        except FirthError as problem:
            raise FirthError(f"{key}: {problem}") from None
    else:
        file = LocalFile(_place(key, str(own.path), root), str(own.path))
    seen = file_checksum(file.path)
    if seen == expected:
        return file
    paste = f"sha256: {seen.removeprefix('sha256:')}"
    if expected is None:
        raise FirthError(f"{key}: {file.name} has no sha256 in params.yaml; if it is the right file, add  {paste}")
    raise FirthError(
        f"{key}: {file.name} is not the file that params.yaml names by sha256: {own.sha256}; "
        f"if the new content is intended, write  {paste}"
    )


def _place(key: str, path: str, root: Path) -> Path:
    try:
        place = root / Path(path).expanduser()
        with place.open("rb"):
            return place
    except RuntimeError:
        raise FirthError(f"{key}: {path}: there is no such home folder; correct the path") from None
    except OSError as error:
        raise FirthError(f"{key}: {path}: {error.strerror or error}; correct it (relative to params.yaml)") from None
    except ValueError as error:
        raise FirthError(f"{key}: {path!r}: {error}; correct the path") from None
