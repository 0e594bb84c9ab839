"""Lines of a file or a pipe, each of which gets an answer: blocks of lines as they arrive, too long ones left out."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firth.ask.asked_text import STANDARD_INPUT
from firth.corpora.archives import LocalFile, Stream, members
from firth.corpora.formats import BLOCK, numbered_blocks
from firth.corpora.unpacking import FIRST_BYTES
from firth.errors import FirthError, shown

TOO_LONG = "is longer than 1 MiB; give one sentence a line"
TOGETHER = 2_000  # lines that are answered together


@dataclass(frozen=True)
class LineBlock:
    """Consecutive lines of a text.

    Attributes
    ----------
    name : the text's, for messages.
    first : the number of the first line, from 1.
    lines : blank ones included; a line that is too long is empty.
    too_long : the numbers of the lines that are too long.
    """

    name: str
    first: int
    lines: list[str]
    too_long: frozenset[int]

    def numbered(self) -> Iterator[tuple[int, str]]:
        """The lines with their numbers."""
        return enumerate(self.lines, start=self.first)


def arriving_lines(file: str) -> Iterator[LineBlock]:
    """The lines of a file, of its members or, for ``-``, of standard input, in blocks of at most ``TOGETHER``.

    Whole lines that have arrived in a pipe are not held back until more arrive. A pipe may hold what a packed file
    holds.

    Raises
    ------
    FirthError
        If the text is not UTF-8, or there is none.
    """
    for stream in _streams(file):
        source = _WithoutLongLines(stream)
        empty = True
        for first, lines in numbered_blocks(Stream(source, stream.name)):
            empty = False
            for start in range(0, len(lines), TOGETHER):
                some = range(first + start, first + min(start + TOGETHER, len(lines)))
                too_long = frozenset(source.too_long.intersection(some))
                yield LineBlock(stream.name, some.start, lines[start : start + TOGETHER], too_long)
            source.too_long.clear()
        if empty:
            raise FirthError(f"{shown(stream.name)}: there is no text in it; give some, a sentence a line")


def report_long_lines(block: LineBlock) -> None:
    """Say on standard error which lines of a block are too long."""
    for number in sorted(block.too_long):
        print(f"{shown(block.name)}: line {number} {TOO_LONG}", file=sys.stderr)


class _WithoutLongLines:
    """A source of whole lines, in which each line of 1 MiB or more is empty.

    Attributes
    ----------
    too_long : the numbers of these lines.
    """

    def __init__(self, source: Stream) -> None:
        self.source, self.too_long = source, set[int]()
        self.line, self.rest, self.skipping = 1, b"", False  # the line that ``rest`` begins; whether it is too long

    def read(self, size: int = BLOCK, /) -> bytes:
        """More whole lines, all that have arrived, or the last line without its end; ``b""`` at the end."""
        while chunk := self.source.read(size):
            if whole := self._whole_lines(chunk):
                return whole
        last = b"\n" if self.skipping else self.rest
        self.rest, self.skipping = b"", False
        return last

    def _whole_lines(self, chunk: bytes) -> bytes:
        data = self.rest + chunk
        end = data.rfind(b"\n") + 1
        lines, self.rest = data[:end].split(b"\n")[:-1], data[end:]
        if lines and self.skipping:
            lines[0], self.skipping = b"", False
        for number, line in enumerate(lines, start=self.line):
            if len(line) >= BLOCK:
                self.too_long.add(number)
                lines[number - self.line] = b""
        self.line += len(lines)
        if self.skipping or len(self.rest) >= BLOCK:
            self.too_long.add(self.line)
            self.rest, self.skipping = b"", True
        return b"".join(line + b"\n" for line in lines)


def _streams(file: str) -> Iterator[Stream]:
    if file == STANDARD_INPUT:
        if sys.stdin.isatty():
            print("reading the terminal, a sentence a line; end with Ctrl-D", file=sys.stderr)
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as pipe:  # unbuffered: returns what has arrived
            yield from _unpacked(Stream(pipe, "standard input"))
    elif Path(file).is_fifo():
        with Path(file).open("rb", buffering=0) as pipe:
            yield from _unpacked(Stream(pipe, file))
    else:
        for _, stream in members(LocalFile(Path(file), file)):
            yield stream


def _unpacked(pipe: Stream) -> Iterator[Stream]:
    """A pipe as it is or, if it is packed, the texts in it; packed formats are read from the disk."""
    if not _is_packed(pipe):
        yield pipe
        return
    with tempfile.NamedTemporaryFile(prefix="firth-") as copy:
        while chunk := pipe.read(BLOCK):
            copy.write(chunk)
        copy.flush()
        for _, stream in members(LocalFile(Path(copy.name), pipe.name)):
            yield stream


def _is_packed(pipe: Stream) -> bool:
    """Whether a pipe begins as packed files do; no byte is awaited after one that tells it apart from them."""
    for size in range(1, max(map(len, FIRST_BYTES)) + 1):
        head = pipe.peek(size)
        if head in FIRST_BYTES or len(head) < size:
            return head in FIRST_BYTES
        if not any(magic.startswith(head) for magic in FIRST_BYTES):
            return False
    return False
