"""Verified downloads: resumed after an interruption, stored under their checksum, and only if the checksum is right.

requests rather than pooch, which starts again from the first byte after an interruption.
"""

import errno
import hashlib
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from queue import Empty, SimpleQueue
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from filelock import FileLock

from firth.corpora.archives import LocalFile
from firth.errors import FirthError, shown
from firth.params.web_address import NO_ADDRESS, address_parts
from firth.training.progress import Meter

MIRROR = "FIRTH_CORPUS_MIRROR"
ATTEMPTS = 3  # in a row that bring fewer than SLOWEST bytes a second
PAUSE = 1.0  # seconds before the second attempt, doubled before each further one
TIMEOUTS = (10, 60)  # seconds to connect, and to wait for the next byte
SLOWEST = 100  # bytes a second, over a minute
CHUNK = 2**18


@dataclass(frozen=True)
class Remote:
    """One public file: its address, and its checksum as ``ALGORITHM:HEX``."""

    address: str
    checksum: str


Remotes = dict[str, Remote]  # by a short name


class UnavailableError(FirthError):
    """The file can't be had from one place (mirror or address); another place may have it."""


def fetch(address: str, checksum: str | None, downloads: Path) -> LocalFile:
    """Get the file of a public address, from ``downloads``, the mirror or the network.

    Parameters
    ----------
    address : ``https://HOST/PATH`` (or http). If the environment variable ``FIRTH_CORPUS_MIRROR`` names a
        mirror (a folder or an address), ``MIRROR/HOST/PATH`` is tried first.
    checksum : ``sha256:…`` or ``md5:…``; None accepts any file.
    downloads : folder of finished files, named by checksum, and of unfinished ones.

    Raises
    ------
    FirthError
        If the file can't be had, has another checksum (it is then deleted), or the disk is full.
    """
    if address_parts(address) is None:
        raise FirthError(f"{public_address(address)}: {NO_ADDRESS}")
    partial = downloads / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.partial"
    with _full_disk_reported(downloads):
        downloads.mkdir(parents=True, exist_ok=True)
        return LocalFile(_kept(checksum, downloads) or _found(address, checksum, partial), public_address(address))


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
            with FileLock(partial.with_suffix(".lock")):  # another stage may have fetched it meanwhile
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
        folder = os.path.expanduser(mirror)  # noqa: PTH111, which would fail at ~NOBODY
        yield Path(folder) / host / unquote(parts.path).lstrip("/")
    yield address


def _verified_mirror(path: Path, checksum: str | None) -> Path:
    if not os.path.isfile(path):  # noqa: PTH113, which would fail at a name that is too long
        raise UnavailableError(f"{path}: not in the mirror that {MIRROR} names")
    seen = file_checksum(path, checksum or "sha256:")
    if checksum and seen != checksum:
        raise FirthError(f"{path}: {_mismatch(seen, checksum)}; correct the mirror")
    return path


def _downloaded(address: str, checksum: str | None, partial: Path) -> Path:
    resumed = partial.exists()
    _transfer(address, partial)
    seen = file_checksum(partial, checksum or "sha256:")
    if checksum and seen != checksum:
        partial.unlink()
        if resumed:  # the part from before may belong to another version
            return _downloaded(address, checksum, partial)
        raise FirthError(f"{public_address(address)}: {_mismatch(seen, checksum)}; the file was deleted")
    kept = partial.with_name(seen.partition(":")[2])
    partial.replace(kept)
    return kept


def _mismatch(seen: str, expected: str) -> str:
    return f"has {seen.replace(':', ': ')} but {expected.replace(':', ': ')} was expected"


def _transfer(address: str, partial: Path) -> None:
    """Fetch the rest of ``partial``, in several attempts as long as some make progress."""
    left, pause = ATTEMPTS, PAUSE
    while True:
        before, begun = _size(partial), time.monotonic()
        try:
            return _continue(address, partial)
        except (requests.RequestException, urllib3.exceptions.HTTPError, ConnectionError, TimeoutError) as error:
            if _size(partial) - before > SLOWEST * max(time.monotonic() - begun, PAUSE):
                left, pause = ATTEMPTS, PAUSE
            left -= 1
            if not left:
                raise UnavailableError(f"{public_address(address)}: can't be reached ({_cause(error)})") from None
            time.sleep(pause)
            pause *= 2
        except ValueError as error:  # of urllib, such as a redirection to an address that is none
            raise UnavailableError(
                f"{public_address(address)}: the server's answer makes no sense ({shown(str(error))})"
            ) from None


def _continue(address: str, partial: Path) -> None:
    start = _size(partial)
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    with _answer(address, headers) as response:
        content_range = response.headers.get("Content-Range", "")
        if response.status_code == 416 and content_range == f"bytes */{start}":
            return  # it was complete already
        continues = response.status_code == 206 and content_range.startswith(f"bytes {start}-")
        if start and response.status_code in (206, 416) and not continues:
            partial.unlink()
            return _continue(address, partial)
        if response.status_code in (429, 500, 502, 503, 504):
            raise requests.HTTPError(f"{response.status_code} {response.reason}")  # without the address
        if response.status_code not in (200, 206):
            raise UnavailableError(
                f"{public_address(address)}: the server answers {response.status_code} ({shown(response.reason)})"
            )
        start = start if continues else 0
        content_length = response.headers.get("Content-Length", "")
        length = int(content_length) if content_length.isascii() and content_length.isdecimal() else 0
        _check_room(partial.parent, length)
        name = PurePosixPath(urlsplit(address).path).name
        with partial.open("ab" if start else "wb") as file, Meter(f"fetch {name}", (start + length) or None) as meter:
            meter.advance(start)
            for chunk in _in_time(response.raw):
                file.write(chunk)
                meter.advance(len(chunk))


def _answer(address: str, headers: dict[str, str]) -> requests.Response:
    """The beginning of an answer, its headers.

    Raises
    ------
    TimeoutError
        If they have not come whole in time; requests itself waits that long for each byte.
    """
    answers = SimpleQueue[requests.Response | Exception]()

    def ask() -> None:
        try:
            answers.put(requests.get(address, headers=headers, stream=True, timeout=TIMEOUTS))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=2 * sum(TIMEOUTS))
    except Empty:
        raise TimeoutError("no whole answer") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _in_time(raw: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The pieces of an answer, as they arrive.

    Raises
    ------
    TimeoutError
        If fewer than ``SLOWEST`` bytes a second come for a minute.
    """
    begun, received = time.monotonic(), 0
    while chunk := raw.read1(CHUNK, decode_content=False):
        yield chunk
        received += len(chunk)
        seconds = time.monotonic() - begun
        if seconds > TIMEOUTS[1]:
            if received < SLOWEST * seconds:
                raise TimeoutError(f"{received} bytes in {seconds:.0f} s")
            begun, received = time.monotonic(), 0


def public_address(address: str) -> str:
    """An address without name, password and query, which may hold a key."""
    parts = address_parts(address)
    if parts is None:
        return shown(re.split("[?#]", address.rpartition("@")[2])[0])
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _cause(error: BaseException) -> str:
    """The innermost reason, without addresses of objects in memory."""
    text = str(error.args[0] if error.args else error)
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    text = str(reason if reason is not None else text).rpartition(">: ")[2].rpartition("): ")[2]
    return shown(text) or type(error).__name__


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
            f"{folder}: the disk is full; make room and run again: the download continues where it stopped"
        ) from None
