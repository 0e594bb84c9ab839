"""Plain, compressed and archived files as streams of bytes, in constant memory and without unpacking to disk."""

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from firth.errors import FirthError

FREE_EXPANSION = 2**30  # bytes that any file may expand to
EXPANSION = 200  # a larger file may expand to this multiple of its size
SNIFF = 8192  # bytes searched for a NUL, which text doesn't hold; as git does
GZIP, XZ, ZIP = b"\x1f\x8b", b"\xfd7zXZ\x00", b"PK\x03\x04"
SUFFIXES = {".gz": GZIP, ".tgz": GZIP, ".xz": XZ, ".zip": ZIP}
DOCUMENTS = (".docx", ".epub", ".odt", ".pptx", ".xlsx")  # zip archives of markup
FOREIGN = {b"BZh91": "bzip2", b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf": "7z", b"Rar!": "rar"}


@dataclass(frozen=True)
class LocalFile:
    """A verified file on this machine; ``name`` (a path as given, or an address) stands for it in messages."""

    path: Path
    name: str


class Readable(Protocol):
    """Source of a stream: an open file, or a decompressor."""

    def read(self, size: int = -1, /) -> bytes: ...


class Stream:
    """Bytes of one text; damage and excessive expansion raise FirthError."""

    def __init__(self, source: Readable, name: str, limit: "_Limit | None" = None) -> None:
        self.source, self.name, self.limit, self.ahead = source, name, limit, b""

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes; ``b""`` at the end."""
        if self.ahead:
            chunk, self.ahead = self.ahead[:size], self.ahead[size:]
            return chunk
        with _damage_reported(self.name):
            chunk = self.source.read(size)
        if self.limit:
            self.limit.spend(len(chunk))
        return chunk

    def peek(self, size: int) -> bytes:
        """The next bytes, without consuming them."""
        while len(self.ahead) < size:
            known, self.ahead = self.ahead, b""
            chunk = self.read(size - len(known))
            self.ahead = known + chunk
            if not chunk:
                break
        return self.ahead[:size]


class _Limit:
    """The number of bytes that one file may still expand to."""

    def __init__(self, file: LocalFile) -> None:
        self.name, self.left = file.name, max(FREE_EXPANSION, EXPANSION * file.path.stat().st_size)

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise FirthError(
                f"{self.name}: expands to more than {EXPANSION} times its size, like a zip bomb; "
                "if you trust it, unpack it and give the text itself"
            )


def members(file: LocalFile, wanted: Callable[[str], bool] = lambda name: True) -> Iterator[tuple[str, Stream]]:
    """The texts of a file, each as (name, stream): the file itself, or the members of an archive.

    Reads plain text, .gz, .xz, .zip (members sorted by name) and .tar, .tar.gz, .tar.xz (members in archive order).
    Within an archive, folders, hidden files, nested archives, binary files (a NUL byte near the beginning) and members
    that are not ``wanted`` are skipped. Each stream must be read before the next one is requested.

    Raises
    ------
    FirthError
        If the file is damaged, truncated, or of another format than its suffix; if it expands like a zip bomb; if a
        member's path points outside of the archive.
    """
    with _damage_reported(file.name), file.path.open("rb") as raw:
        head = raw.read(6)
        raw.seek(0)
        _check_kind(file, head)
        limit = _Limit(file)
        if head.startswith(ZIP):
            yield from _zip_members(file, raw, limit, wanted)
        elif head.startswith(GZIP):
            with gzip.open(raw) as unzipped:
                yield from _tar_or_text(file, Stream(unzipped, file.name, limit), wanted)
        elif head.startswith(XZ):
            with lzma.open(raw) as unpacked:
                yield from _tar_or_text(file, Stream(unpacked, file.name, limit), wanted)
        else:
            yield from _tar_or_text(file, Stream(raw, file.name), wanted)


def _check_kind(file: LocalFile, head: bytes) -> None:
    if not head:
        raise FirthError(f"{file.name}: the file is empty; give a file with text")
    suffix = PurePosixPath(file.name).suffix.lower()
    if suffix in SUFFIXES and not head.startswith(SUFFIXES[suffix]):
        raise FirthError(f"{file.name}: has the suffix {suffix} but another format; rename it or fetch it again")
    if head.startswith(ZIP) and suffix in DOCUMENTS:
        raise FirthError(f"{file.name}: is a document, not a text; save it as plain text")
    for magic, kind in FOREIGN.items():
        if head.startswith(magic):
            raise FirthError(f"{file.name}: is packed with {kind}; unpack it, or pack it as .gz, .xz or .zip")


def _zip_members(
    file: LocalFile, raw: IO[bytes], limit: _Limit, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, Stream]]:
    with zipfile.ZipFile(raw) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
        for entry in entries:
            _check_inside(file, entry.filename)
        for entry in entries:
            if not entry.is_dir() and not _hidden(entry.filename) and wanted(entry.filename):
                with archive.open(entry) as source:
                    stream = Stream(source, f"{file.name}: {entry.filename}", limit)
                    if _is_text(stream):
                        yield stream.name, stream


def _tar_or_text(file: LocalFile, stream: Stream, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Stream]]:
    if stream.peek(512)[257:262] != b"ustar":
        yield file.name, stream
        return
    fileobj: Any = stream
    with tarfile.open(fileobj=fileobj, mode="r|") as archive:
        while (entry := archive.next()) is not None:
            _check_inside(file, entry.name)
            if entry.isreg() and not _hidden(entry.name) and wanted(entry.name):
                source = archive.extractfile(entry)
                assert source is not None
                text = Stream(source, f"{file.name}: {entry.name}")
                if _is_text(text):
                    yield text.name, text
            archive.members.clear()  # type: ignore[attr-defined]  # otherwise tarfile keeps every entry


def _check_inside(file: LocalFile, name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[:1]:
        raise FirthError(f"{file.name}: its member {name!r} points outside of the archive; don't trust this file")


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _is_text(stream: Stream) -> bool:
    start = stream.peek(SNIFF)
    packed = start.startswith((GZIP, XZ, b"PK\x03\x04", *FOREIGN))
    return not packed and (stream.name.endswith(".txt") or b"\0" not in start)


@contextmanager
def _damage_reported(name: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, tarfile.ReadError):
        raise FirthError(f"{name}: is truncated; fetch or copy it again") from None
    except (zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile, tarfile.TarError) as error:
        raise FirthError(f"{name}: is damaged or truncated ({error or 'bad data'}); fetch or copy it again") from None
    except RuntimeError as error:  # zipfile: encrypted, or an unknown compression
        raise FirthError(f"{name}: can't be unpacked ({error}); unpack it and give the text itself") from None
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise FirthError(f"{name}: can't be read ({error.strerror}); check the path and its permissions") from None
