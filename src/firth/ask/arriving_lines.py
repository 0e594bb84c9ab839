"""Lines of a file or a pipe, each of which gets an answer: blocks of lines as they arrive, too long ones left out."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firth.ask.asked_text import STANDARD_INPUT
from firth.corpora.archives import LocalFile, Stream, members
from firth.corpora.formats import BLOCK, decoded_blocks
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

    Whole lines that have arrived in a pipe are not held back until more arrive. A pipe may hold packed text too, though
    no .tar archive that is not packed.

    Raises
    ------
    FirthError
        If the text is not UTF-8, or there is none.
    """
    for stream in _streams(file):
        empty = True
        for first, lines, too_long in _numbered_lines(stream):
            empty = False
            for start in range(0, len(lines), TOGETHER):
                some = range(first + start, first + min(start + TOGETHER, len(lines)))
                yield LineBlock(
                    stream.name, some.start, lines[start : start + TOGETHER], frozenset(too_long.intersection(some))
                )
        if empty:
            raise FirthError(f"{shown(stream.name)}: there is no text in it; give some, a sentence a line")


def report_long_lines(block: LineBlock) -> None:
    """Say on standard error which lines of a block are too long."""
    for number in sorted(block.too_long):
        print(f"{shown(block.name)}: line {number} {TOO_LONG}", file=sys.stderr)


def _numbered_lines(stream: Stream) -> Iterator[tuple[int, list[str], set[int]]]:
    """The number of the first of some lines, the lines, and the numbers of those that are too long, which are empty."""
    skipped: int | None = None  # the number of a line that is too long and has not ended yet
    for first, text, whole in decoded_blocks(stream):
        if not whole:
            skipped = first
            continue
        lines = text.removesuffix("\n").split("\n")
        too_long = {number for number, line in enumerate(lines, start=first) if len(line.encode("utf-8")) >= BLOCK}
        too_long |= set() if skipped is None else {skipped}
        for number in too_long:
            lines[number - first] = ""
        skipped = None
        yield first, lines, too_long
    if skipped is not None:
        yield skipped, [""], {skipped}


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
