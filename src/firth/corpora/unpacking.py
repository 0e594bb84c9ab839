"""Compressed streams, and the kinds of files that are told by their first bytes."""

import bz2
import lzma
from collections.abc import Callable
from typing import Any, Protocol

BLOCK = 2**18  # bytes of a compressed file that are read at a time
GZIP, XZ, ZIP, BZIP2 = b"\x1f\x8b", b"\xfd7zXZ\x00", b"PK\x03\x04", b"BZh"
BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")  # what follows BZh and a digit: a first block, or the end
SUFFIXES = {".gz": GZIP, ".tgz": GZIP, ".xz": XZ, ".txz": XZ, ".zip": ZIP, ".bz2": BZIP2, ".tbz2": BZIP2}
FOREIGN = {  # first bytes → what a person calls the format
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "rar",
    b"LZIP": "lzip",
    b"\x5d\x00\x00": "lzma",
    b"\x1f\x9d": "compress",
    b"\x1f\xa0": "compress",
}
FIRST_BYTES = (  # of what is packed
    *(GZIP, XZ, ZIP, *FOREIGN),
    *(b"BZh%d%s" % (level, block) for level in range(1, 10) for block in BZIP2_BLOCKS),
)
DOCUMENTS = {
    b"%PDF-": "PDF",
    b"\xd0\xcf\x11\xe0": "Office",
    b"{\\rtf": "RTF",
    b"SQLite format 3": "SQLite",
    b"PAR1": "Parquet",
    b"\x89HDF": "HDF5",
    b"\x93NUMPY": "NumPy",
}
HEAD = 16  # bytes that tell the kind


class Readable(Protocol):
    """Source of a stream: an open file, or a decompressor."""

    def read(self, size: int = -1, /) -> bytes: ...


class Unpacked:
    """The content of xz or bzip2 streams one after another, with zeros between and behind them.

    The readers of Python's library end in silence where what follows a stream is damaged.

    Parameters
    ----------
    new_decompressor : ``lzma.LZMADecompressor`` or ``bz2.BZ2Decompressor``.
    """

    def __init__(self, raw: Readable, new_decompressor: Callable[[], Any]) -> None:
        self.raw, self.new_decompressor = raw, new_decompressor
        self.decompressor: Any = None
        self.packed = b""

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes, at least one; ``b""`` at the end.

        Raises
        ------
        EOFError
            If a stream is cut short.
        lzma.LZMAError, OSError
            If a stream is damaged.
        """
        while True:
            if self.decompressor is None:
                if not (self.packed or self._fill()):
                    return b""
                self.decompressor = self.new_decompressor()
            if self.decompressor.needs_input and not (self.packed or self._fill()):
                raise EOFError
            unpacked: bytes = self.decompressor.decompress(self.packed, size)
            self.packed = b""
            if self.decompressor.eof:
                self.packed, self.decompressor = self.decompressor.unused_data, None
                while self.packed.strip(b"\0") == b"" and self._fill():
                    pass
                self.packed = self.packed.lstrip(b"\0")
            if unpacked:
                return unpacked

    def _fill(self) -> bool:
        """Read more of the packed file; False at its end."""
        self.packed = self.raw.read(BLOCK)
        return bool(self.packed)


def unpacked_xz(raw: Readable) -> Unpacked:
    """The content of a file of xz streams."""
    return Unpacked(raw, lzma.LZMADecompressor)


def unpacked_bzip2(raw: Readable) -> Unpacked:
    """The content of a file of bzip2 streams."""
    return Unpacked(raw, bz2.BZ2Decompressor)


def packing(head: bytes) -> str | None:
    """The packing that Firth reads, by a file's first bytes: gzip, xz, bzip2 or zip; None if it is none of them."""
    for magic, name in {GZIP: "gzip", XZ: "xz", ZIP: "zip"}.items():
        if head.startswith(magic):
            return name
    is_bzip2 = head.startswith(BZIP2) and head[3:4].isdigit() and head[4:10] in BZIP2_BLOCKS
    return "bzip2" if is_bzip2 else None


def foreign_packing(head: bytes) -> str | None:
    """The packing that Firth does not read, by a file's first bytes."""
    return next((name for magic, name in FOREIGN.items() if head.startswith(magic)), None)


def document_kind(head: bytes) -> str | None:
    """The kind of a document or table that is no plain text, by a file's first bytes."""
    return next((name for magic, name in DOCUMENTS.items() if head.startswith(magic)), None)
