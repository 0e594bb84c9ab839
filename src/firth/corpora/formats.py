"""Text as lines: strictly of its encoding, in one normal form, read in constant memory, split 90/5/5.

A line ends with a line feed, or with a carriage return and a line feed. Where the first piece of a text has more
carriage returns by themselves than line feeds, these end lines too, as on old Macs; elsewhere they count as spaces.
"""

import codecs
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from firth.corpora.archives import LocalFile, Stream, Wanted, members
from firth.errors import FirthError
from firth.text.normalization import normalize, normalize_characters

BLOCK = 2**20  # bytes read at a time
ENORMOUS = 10_000  # words; a longer line is not a paragraph, and is cut into pieces
PIECE = 1_000  # words per piece, as in word2vec (Mikolov et al. 2013)
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Item = TypeVar("Item")


def text_lines(file: LocalFile) -> Iterator[tuple[str, int, str]]:
    """Every line of a file, blank ones included, as (file, line number, text without the line end).

    Characters are normalized (``text.normalization``), and tabs are kept. ``file.counts`` has the number of lines that
    aren't blank.

    Raises
    ------
    FirthError
        If a line is not of the file's encoding or longer than 1 MiB, or there is no text at all.
    """
    for name, stream in members(file):
        for number, lines in numbered_blocks(_in_utf8(stream, file.encoding)):
            for position, line in enumerate(lines):
                normalized = normalize_characters(line)
                file.counts.lines += bool(normalized) and not normalized.isspace()
                yield name, number + position, normalized
    _refuse_empty(file)


def numbered_blocks(stream: Stream) -> Iterator[tuple[int, list[str]]]:
    """The lines of a UTF-8 text in blocks of about 1 MiB, not normalized: (number of the first line, lines).

    Raises
    ------
    FirthError
        If a line is not UTF-8 or longer than 1 MiB.
    """
    for number, text, whole in decoded_blocks(stream):
        if not whole:
            raise FirthError(f"{stream.name}: line {number} is longer than 1 MiB; this format has one sentence a line")
        yield number, text.removesuffix("\n").split("\n")


def prose_lines(file: LocalFile, wanted: Wanted | None = None, fallback: bool = False) -> Iterator[tuple[str, str]]:
    """The paragraphs of a file in normal form, one a line, as (file, text).

    Blank lines are skipped; lines of more than 10,000 words are cut into pieces of 1,000. ``file.counts`` has both
    numbers.

    Parameters
    ----------
    wanted : as for ``members``.
    fallback : read a text that is not UTF-8 as ISO-8859-1, which needs memory for the whole text.

    Raises
    ------
    FirthError
        If a line is not of the file's encoding, or there is no text at all.
    """
    for name, stream in members(file, wanted):
        for line in _prose(_recoded(stream) if fallback else _in_utf8(stream, file.encoding)):
            if line:
                file.counts.lines += 1
                yield name, line
            else:
                file.counts.left_out["blank_lines"] += 1
    _refuse_empty(file)


def divided(read: Callable[[], Iterable[tuple[str, Item]]], name: str, unit: str) -> Iterator[tuple[str, Item]]:
    """Split 90/5/5, each part into three contiguous pieces: (part, item) → (split, item).

    Parameters
    ----------
    read : gives all items with their part. It is called twice, so that the items need not be kept in memory.
    name, unit : of the text and its items, for the error.

    Raises
    ------
    FirthError
        If a split would be empty.
    """
    sizes = Counter(part for part, _ in read())
    if not any(size // 20 for size in sizes.values()):
        raise FirthError(
            f"{name}: {sum(sizes.values())} {unit} are too few to split 90/5/5; "
            "give 20 or more, or files for train, valid and test"
        )
    seen: Counter[str] = Counter()
    for part, item in read():
        left = sizes[part] - seen[part]
        held_out = sizes[part] // 20
        seen[part] += 1
        yield "train" if left > 2 * held_out else "valid" if left > held_out else "test", item


def _refuse_empty(file: LocalFile) -> None:
    if not file.counts.lines:
        raise FirthError(f"{file.name}: there is no text in it; give a file with text")


def decoded_blocks(stream: Stream) -> Iterator[tuple[int, str, bool]]:
    """About 1 MiB of text at a time: (number of its first line, text, whether it ends with a line).

    A line of more than 1 MiB is cut after a space, or after a character if there is no space; a piece without the
    line's end stands in a block of its own.

    Raises
    ------
    FirthError
        If a line is not UTF-8.
    """
    line, rest = 1, b""
    for chunk in _line_feeds(stream):
        data = rest + chunk
        cut = data.rfind(b"\n") + 1 if chunk else len(data)
        if chunk and not cut and len(data) >= BLOCK:
            cut = data.rfind(b" ") + 1 or _last_character(data)
        block, rest = data[:cut], data[cut:]
        if block:
            yield line, _decoded(block, line, stream.name), not chunk or block.endswith(b"\n")
            line += block.count(b"\n")


def _line_feeds(stream: Stream) -> Iterator[bytes]:
    """The pieces of a text with a line feed at the end of every line; the last piece is empty."""
    ending, held = None, b""  # what ends a line beside a line feed, and a carriage return that may stand before one
    while chunk := stream.read(BLOCK):
        data = held + chunk
        held = b"\r" if data.endswith(b"\r") else b""
        data = data.removesuffix(held)
        if ending is None and (b"\r" in data or b"\n" in data):
            alone = data.count(b"\r") - data.count(b"\r\n")
            ending = b"\r" if alone > data.count(b"\n") else b"\r\n"
        if data:
            yield data.replace(b"\r\n", b"\n").replace(b"\r", b"\n" if ending == b"\r" else b" ")
    if held:
        yield b"\n"
    yield b""


def _last_character(data: bytes) -> int:
    """Index of the first byte of the last UTF-8 character, which may be incomplete."""
    start = len(data) - 1
    while start > len(data) - 4 and data[start] & 0xC0 == 0x80:
        start -= 1
    return start


def _decoded(block: bytes, line: int, name: str) -> str:
    try:
        if block.count(0) <= len(block) // 4:
            return block.decode("utf-8")
        number = None
    except UnicodeDecodeError as error:
        number = line + block.count(b"\n", 0, error.start)
        byte = block[error.start]
    if number is None or (line == 1 and block.startswith(UTF16_MARKS)):
        raise FirthError(f"{name}: is not UTF-8 but looks like UTF-16; save it as UTF-8, or name its encoding")
    raise FirthError(
        f"{name}: line {number} is not UTF-8 (byte 0x{byte:02x}); save the file as UTF-8, or name its encoding"
    )


def _prose(stream: Stream) -> Iterator[str]:
    """Lines in normal form, blank ones among them; a line that is too long in pieces."""
    rest, cutting = "", False  # the unfinished line, and whether pieces of it have been given already
    for _, text, whole in decoded_blocks(stream):
        lines = (rest + text).split("\n")
        rest = lines.pop()  # empty, unless the text is cut within a line
        if whole and rest:
            lines.append(rest)
            rest = ""
        for line in lines:
            tidy = normalize(line)
            if cutting or (len(tidy) > ENORMOUS and len(tidy.split()) > ENORMOUS):
                pieces, tidy = _cut(tidy)
                yield from pieces
            if tidy or not cutting:
                yield tidy
            cutting = False
        if len(rest) > BLOCK:
            pieces, rest = _cut(normalize(rest) + " " * rest[-1:].isspace())
            yield from pieces
            cutting = True
            if len(rest) > BLOCK:  # a single word of more than 1 MiB
                yield rest.strip()
                rest = ""


def _cut(text: str) -> tuple[list[str], str]:
    """Pieces of 1,000 words, and the rest: at least the last word, which may continue in the next block."""
    words = text.split()
    end = max(len(words) - 1, 0) // PIECE * PIECE
    pieces = [" ".join(words[start : start + PIECE]) for start in range(0, end, PIECE)]
    return pieces, " ".join(words[end:]) + " " * text[-1:].isspace()


def _recoded(stream: Stream) -> Stream:
    content = b"".join(iter(lambda: stream.read(BLOCK), b""))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        content = content.decode("latin-1").encode("utf-8")
    return Stream(io.BytesIO(content), stream.name)


def _in_utf8(stream: Stream, encoding: str) -> Stream:
    return stream if encoding == "utf-8" else Stream(_Recoder(stream, encoding), stream.name)


class _Recoder:
    """A text of another encoding, read as UTF-8."""

    def __init__(self, stream: Stream, encoding: str) -> None:
        self.stream, self.encoding, self.line = stream, encoding, 1
        self.decoder = codecs.getincrementaldecoder(encoding)()
        self.ended = False

    def read(self, size: int = -1, /) -> bytes:
        """At least one byte, which may be more than ``size``; ``b""`` at the end.

        Raises
        ------
        FirthError
            If the text is not of the encoding; the line is named.
        """
        while not self.ended:
            chunk = self.stream.read(size)
            self.ended = not chunk
            try:
                text = self.decoder.decode(chunk, self.ended)
                recoded = text.encode("utf-8")
            except UnicodeError:
                raise FirthError(
                    f"{self.stream.name}: is not {self.encoding} after line {self.line}; correct its encoding"
                ) from None
            self.line += text.count("\n")
            if recoded:
                return recoded
        return b""
