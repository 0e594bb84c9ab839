"""Plain, compressed and archived files as streams of bytes, in constant memory and without unpacking to disk."""

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from firth.corpora.counts import FileCounts
from firth.corpora.unpacking import (
    HEAD,
    SUFFIXES,
    ZIP,
    Readable,
    document_kind,
    foreign_packing,
    packing,
    unpacked_bzip2,
    unpacked_xz,
)
from firth.errors import FirthError, shown

FREE_EXPANSION = 2**30  # bytes that any file may expand to
EXPANSION = 200  # a larger file may expand to this multiple of its size
SNIFF = 8192  # bytes searched for a NUL, which text doesn't hold; as git does
TAR_BLOCK = 512
DOCUMENTS = (".docx", ".epub", ".odt", ".pptx", ".xlsx")  # zip archives of markup
ACCOMPANYING = {  # names, without suffix and in lower case, of files that lie beside texts
    *("readme", "license", "licence", "copying", "copyright", "notice", "contents", "cats", "categories", "manifest"),
    *("changelog", "changes", "authors", "contributors", "citation", "install", "md5sum", "md5sums", "sha1sums"),
    *("sha256sum", "sha256sums", "checksums"),
}

Wanted = Callable[[str], bool]


@dataclass(frozen=True)
class LocalFile:
    """A verified file on this machine.

    Attributes
    ----------
    name : a path as given, or an address; it stands for the file in messages.
    encoding : of its text, by the name that Python gives it.
    counts : what was read of it, and what was left out, when it was read last.
    """

    path: Path
    name: str
    encoding: str = "utf-8"
    counts: FileCounts = field(default_factory=FileCounts, compare=False)


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


class _Tail:
    """A stream that remembers its last bytes."""

    def __init__(self, stream: Stream) -> None:
        self.stream, self.last = stream, b""

    def read(self, size: int = -1, /) -> bytes:
        chunk = self.stream.read(size)
        self.last = (self.last + chunk)[-TAR_BLOCK:]
        return chunk


def members(file: LocalFile, wanted: Wanted | None = None) -> Iterator[tuple[str, Stream]]:
    """The texts of a file, each as (name, stream): the file itself, or the members of an archive.

    Reads plain text, .gz, .bz2, .xz, .zip (members sorted by name) and .tar, packed or not (members in archive order).
    Each stream must be read before the next one is requested. ``file.counts`` has the number of members, and those
    that are left out, by reason: hidden, empty and packed files, files that are no text (a NUL byte near the beginning;
    a member named ``.txt`` is always read), links, and those that are not ``wanted``.

    Parameters
    ----------
    wanted : whether to read the member of an archive with this name; None reads all but files that accompany a text,
        such as README and LICENSE.

    Raises
    ------
    FirthError
        If the file is damaged, truncated, or of another format than its suffix; if it is a document or packed in a way
        that is not read here; if it expands like a zip bomb; if a member's path points outside of the archive; if no
        member of an archive is read.
    """
    file.counts.begin()
    for name, stream in _opened(file, wanted):
        is_member = name.startswith(f"{file.name}: ")
        file.counts.begin_member(name.removeprefix(f"{file.name}: ") if is_member else PurePosixPath(name).name)
        yield name, stream
    if not file.counts.members:
        raise FirthError(f"{file.name}: none of its members is a text that can be read here; give the texts themselves")


def reason_by_name(name: str, wanted: Wanted | None = None) -> str | None:
    """Why a file of an archive or folder is left out, by its name; None if it isn't. ``wanted`` as for ``members``."""
    if is_hidden(name):
        return "hidden_files"
    if wanted is None:
        return "accompanying_files" if accompanies_text(name) else None
    return None if wanted(name) else "other_files"


def reason_by_content(name: str, start: bytes, encoding: str) -> str | None:
    """Why a file of an archive or folder is left out, by its first bytes; None if it isn't."""
    if not start:
        return "empty_files"
    if packing(start) or foreign_packing(start):
        return "packed_files"
    may_hold_nul = name.lower().endswith(".txt") or encoding.startswith(("utf-16", "utf-32"))
    return "binary_files" if document_kind(start) or (b"\0" in start and not may_hold_nul) else None


def accompanies_text(name: str) -> bool:
    """Whether a file only accompanies a text, by its name: README, LICENSE, a list of contents, …"""
    return PurePosixPath(name).name.partition(".")[0].lower() in ACCOMPANYING


def is_hidden(name: str) -> bool:
    """Whether a path has a part that begins with a dot, or is what macOS adds to archives."""
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _opened(file: LocalFile, wanted: Wanted | None) -> Iterator[tuple[str, Stream]]:
    with _damage_reported(file.name), file.path.open("rb") as raw:
        head = raw.read(HEAD)
        raw.seek(0)
        _check_kind(file, head)
        limit = _Limit(file)
        match packing(head):
            case "zip":
                yield from _zip_members(file, raw, limit, wanted)
            case "gzip":
                with gzip.open(raw) as unzipped:
                    yield from _tar_or_text(file, Stream(unzipped, file.name, limit), wanted)
            case "xz":
                yield from _tar_or_text(file, Stream(unpacked_xz(raw), file.name, limit), wanted)
            case "bzip2":
                yield from _tar_or_text(file, Stream(unpacked_bzip2(raw), file.name, limit), wanted)
            case _:
                yield from _tar_or_text(file, Stream(raw, file.name), wanted)


def _check_kind(file: LocalFile, head: bytes) -> None:
    if not head:
        raise FirthError(f"{file.name}: the file is empty; give a file with text")
    if head.startswith(b"PK\x05\x06"):
        raise FirthError(f"{file.name}: the archive is empty; give one with texts")
    suffix = PurePosixPath(file.name).suffix.lower()
    if suffix in SUFFIXES and not head.startswith(SUFFIXES[suffix]):
        raise FirthError(f"{file.name}: has the suffix {suffix} but another format; rename it or fetch it again")
    if head.startswith(ZIP) and suffix in DOCUMENTS:
        raise FirthError(f"{file.name}: is a document, not a text; save it as plain text")
    if kind := document_kind(head):
        raise FirthError(f"{file.name}: is a file of {kind}, not a text; save it as plain text")
    if kind := foreign_packing(head):
        raise FirthError(f"{file.name}: is packed with {kind}; unpack it, or pack it as .gz, .bz2, .xz or .zip")


def _zip_members(file: LocalFile, raw: IO[bytes], limit: _Limit, wanted: Wanted | None) -> Iterator[tuple[str, Stream]]:
    with zipfile.ZipFile(raw) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.filename)
        for entry in entries:
            _check_inside(file, entry.filename)
        if min((entry.header_offset for entry in entries), default=0) > 0:
            raise FirthError(f"{file.name}: something stands before the archive in the file; unpack it, give the texts")
        for entry in entries:
            if entry.is_dir() or _is_left_out(file, entry.filename, reason_by_name(entry.filename, wanted)):
                continue
            with archive.open(entry) as source:
                stream = Stream(source, f"{file.name}: {entry.filename}", limit)
                reason = reason_by_content(entry.filename, stream.peek(SNIFF), file.encoding)
                if not _is_left_out(file, entry.filename, reason):
                    yield stream.name, stream


def _tar_or_text(file: LocalFile, stream: Stream, wanted: Wanted | None) -> Iterator[tuple[str, Stream]]:
    start = stream.peek(TAR_BLOCK)
    if start[257:262] != b"ustar":
        if kind := packing(start) or foreign_packing(start):
            raise FirthError(f"{file.name}: holds a file that is packed again, with {kind}; unpack it once")
        yield file.name, stream
        return
    tail = _Tail(stream)
    fileobj: Any = tail
    with tarfile.open(fileobj=fileobj, mode="r|") as archive:
        while (entry := archive.next()) is not None:
            _check_inside(file, entry.name)
            archive.members.clear()  # type: ignore[attr-defined]  # otherwise tarfile keeps every entry
            if entry.isdir() or _is_left_out(file, entry.name, reason_by_name(entry.name, wanted)):
                continue
            source = archive.extractfile(entry) if entry.isreg() else None
            if source is None:
                file.counts.leave_out("links", entry.name)
                continue
            text = Stream(source, f"{file.name}: {entry.name}")
            if not _is_left_out(file, entry.name, reason_by_content(entry.name, text.peek(SNIFF), file.encoding)):
                yield text.name, text
        _check_end(file, archive, tail)


def _check_end(file: LocalFile, archive: Any, tail: _Tail) -> None:
    """Refuse a tar archive with anything behind the zeros that end it, or without these zeros."""
    while chunk := archive.fileobj.read(TAR_BLOCK):
        if chunk.strip(b"\0"):
            raise FirthError(f"{file.name}: something stands behind the archive in the file; unpack it, give the texts")
    if tail.last.strip(b"\0"):
        raise tarfile.ReadError


def _check_inside(file: LocalFile, name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[:1]:
        raise FirthError(f"{file.name}: its member {shown(name)} points outside of the archive; don't trust this file")


def _is_left_out(file: LocalFile, name: str, reason: str | None) -> bool:
    if reason:
        file.counts.leave_out(reason, name)
    return reason is not None


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
    except OSError as error:
        if error.errno is not None:
            raise
        raise FirthError(f"{name}: is damaged or truncated ({error}); fetch or copy it again") from None  # bzip2
