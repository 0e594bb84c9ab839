"""Verified downloads: resumed where they stopped, kept by their checksum, in place only when the checksum is right.

requests, not pooch: pooch begins anew whenever a download is interrupted.
"""

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from filelock import FileLock

from firth.corpora.archives import LocalFile
from firth.errors import FirthError
from firth.training.progress import Meter

MIRROR = "FIRTH_CORPUS_MIRROR"
ATTEMPTS = 3  # without a byte of progress
PAUSE = 1.0  # seconds before the second attempt, doubled before each further one
TIMEOUTS = (10, 60)  # seconds to connect, and between two bytes
CHUNK = 2**18


class UnavailableError(FirthError):
    """This place doesn't give the file; another one may."""


def fetch(address: str, checksum: str | None, downloads: Path) -> LocalFile:
    """The file of a public address, from ``downloads``, the mirror or the network.

    Parameters
    ----------
    address : ``https://HOST/PATH`` (or http). If the environment names a mirror, a folder or an address, in
        ``FIRTH_CORPUS_MIRROR``, then ``MIRROR/HOST/PATH`` is looked for first.
    checksum : ``sha256:…`` or ``md5:…``; None takes the file as it is.
    downloads : folder that keeps files by checksum, and unfinished ones.

    Raises
    ------
    FirthError
        If the file can't be had, has another checksum (it is then thrown away), or the disk is full.
    """
    try:
        usable = urlsplit(address).scheme in ("http", "https") and urlsplit(address).hostname
    except ValueError:  # such as a bracket that is never closed
        usable = False
    if not usable:
        raise FirthError(f"{address}: is no address; write https://HOST/PATH, or give a file by path")
    partial = downloads / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.partial"
    with _full_disk_reported(downloads):
        downloads.mkdir(parents=True, exist_ok=True)
        return LocalFile(_kept(checksum, downloads) or _found(address, checksum, partial), address)


def file_checksum(path: Path, like: str = "sha256:") -> str:
    """The checksum of a file's bytes, as ``ALGORITHM:HEX`` with the algorithm of ``like``."""
    algorithm = like.partition(":")[0]
    with path.open("rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def _kept(checksum: str | None, downloads: Path) -> Path | None:
    path = downloads / (checksum or "").partition(":")[2]
    return path if checksum and path.is_file() and file_checksum(path, checksum) == checksum else None


def _found(address: str, checksum: str | None, partial: Path) -> Path:
    failures = []
    for place in _places(address):
        try:
            if isinstance(place, Path):
                return _verified_mirror(place, checksum)
            with FileLock(partial.with_suffix(".lock")):  # another stage may have fetched it while this one waited
                return _kept(checksum, partial.parent) or _downloaded(place, checksum, partial)
        except UnavailableError as failure:
            failures.append(str(failure))
    hint = "put it there" if os.environ.get(MIRROR) else f"without a network, set {MIRROR} to a folder that has it"
    raise FirthError(f"{'; '.join(failures)}; {hint}")


def _places(address: str) -> Iterator[Path | str]:
    """Where to look, in order: a file of the mirror's folder, or an address."""
    mirror = os.environ.get(MIRROR, "")
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    if mirror.startswith(("http://", "https://")):
        yield f"{mirror.rstrip('/')}/{host}{parts.path}"
    elif mirror and ".." not in PurePosixPath(unquote(parts.path)).parts:
        yield Path(mirror).expanduser() / host / unquote(parts.path).lstrip("/")
    yield address


def _verified_mirror(path: Path, checksum: str | None) -> Path:
    if not path.is_file():
        raise UnavailableError(f"{path}: not in the mirror that {MIRROR} names")
    seen = file_checksum(path, checksum or "sha256:")
    if checksum and seen != checksum:
        raise FirthError(f"{path}: {_mismatch(seen, checksum)}; mend the mirror")
    return path


def _downloaded(address: str, checksum: str | None, partial: Path) -> Path:
    resumed = partial.exists()
    _transfer(address, partial)
    seen = file_checksum(partial, checksum or "sha256:")
    if checksum and seen != checksum:
        partial.unlink()
        if resumed:  # what was there may have been the beginning of another version
            return _downloaded(address, checksum, partial)
        raise FirthError(f"{address}: {_mismatch(seen, checksum)}; the file was thrown away, as not the one meant")
    kept = partial.with_name(seen.partition(":")[2])
    partial.replace(kept)
    return kept


def _mismatch(seen: str, expected: str) -> str:
    return f"has {seen.replace(':', ': ')} but {expected.replace(':', ': ')} was expected"


def _transfer(address: str, partial: Path) -> None:
    """Fetch the rest of ``partial``, in several attempts as long as some make progress."""
    left, pause = ATTEMPTS, PAUSE
    while True:
        before = _size(partial)
        try:
            return _continue(address, partial)
        except (requests.RequestException, urllib3.exceptions.HTTPError, ConnectionError, TimeoutError) as error:
            if _size(partial) > before:
                left, pause = ATTEMPTS, PAUSE
            left -= 1
            if not left:
                raise UnavailableError(f"{address}: can't be reached ({_cause(error)})") from None
            time.sleep(pause)
            pause *= 2


def _continue(address: str, partial: Path) -> None:
    start = _size(partial)
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    with requests.get(address, headers=headers, stream=True, timeout=TIMEOUTS) as response:
        content_range = response.headers.get("Content-Range", "")
        if response.status_code == 416 and content_range == f"bytes */{start}":
            return  # it was whole already
        continues = response.status_code == 206 and content_range.startswith(f"bytes {start}-")
        if start and response.status_code in (206, 416) and not continues:
            partial.unlink()
            return _continue(address, partial)
        if response.status_code in (429, 500, 502, 503, 504):
            response.raise_for_status()
        if response.status_code not in (200, 206):
            raise UnavailableError(f"{address}: the server answers {response.status_code} ({response.reason})")
        start = start if continues else 0
        length = int(response.headers.get("Content-Length", 0))
        _check_room(partial.parent, length)
        name = PurePosixPath(urlsplit(address).path).name
        with partial.open("ab" if start else "wb") as file, Meter(f"fetch {name}", (start + length) or None) as meter:
            meter.advance(start)
            for chunk in response.raw.stream(CHUNK, decode_content=False):
                file.write(chunk)
                meter.advance(len(chunk))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _cause(error: BaseException) -> str:
    """The innermost reason, without addresses of objects in memory."""
    text = str(error.args[0] if error.args else error)
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return str(reason if reason is not None else text).rpartition(">: ")[2].rpartition("): ")[2] or type(error).__name__


def _check_room(folder: Path, length: int) -> None:
    if length > shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def _full_disk_reported(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise FirthError(
            f"{folder}: no room on the disk; make some and run again: what has come so far is kept and continued"
        ) from None
