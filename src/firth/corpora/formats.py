"""Text as lines: strict UTF-8, control characters removed, read in constant memory, split 90/5/5."""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from firth.corpora.archives import LocalFile, Stream, members
from firth.errors import FirthError

BLOCK = 2**20  # bytes read at a time
ENORMOUS = 10_000  # words; a longer line is not a paragraph, and is cut into pieces
PIECE = 1_000  # words per piece, as in word2vec (Mikolov et al. 2013)
CONTROLS = bytes(byte if byte in b"\t\n" or (byte >= 0x20 and byte != 0x7F) else 0x20 for byte in range(256))
SEPARATORS = re.compile("[\x80-\x9f\u2028\u2029]")  # Unicode's other control characters and line ends

Item = TypeVar("Item")


def text_lines(file: LocalFile) -> Iterator[tuple[str, int, str]]:
    """Every line of a file, blank ones included, as (file, line number, text without the line end).

    Control characters, including carriage returns, become spaces; tabs are kept.

    Raises
    ------
    FirthError
        If a line is not UTF-8 or longer than 1 MiB, or there is no text at all.
    """
    empty = True
    for name, stream in members(file):
        for number, lines in numbered_blocks(stream):
            for position, line in enumerate(lines):
                empty = empty and (not line or line.isspace())
                yield name, number + position, line
    if empty:
        raise FirthError(f"{file.name}: there is no text in it; give a file with text")


def numbered_blocks(stream: Stream) -> Iterator[tuple[int, list[str]]]:
    """The lines of a text, as in ``text_lines``, in blocks of about 1 MiB: (number of the first line, lines).

    Raises
    ------
    FirthError
        If a line is not UTF-8 or longer than 1 MiB.
    """
    for number, text, whole in _blocks(stream):
        if not whole:
            raise FirthError(f"{stream.name}: line {number} is longer than 1 MiB; this format has one sentence a line")
        yield number, text.removesuffix("\n").split("\n")


def prose_lines(
    file: LocalFile, wanted: Callable[[str], bool] = lambda name: True, fallback: bool = False
) -> Iterator[tuple[str, str]]:
    """The paragraphs of a file, one a line, as (file, text).

    Blank lines are skipped; lines of more than 10,000 words are cut into pieces of 1,000.

    Parameters
    ----------
    wanted : whether to read the member of an archive with this name.
    fallback : read a text that is not UTF-8 as ISO-8859-1, which needs memory for the whole text.

    Raises
    ------
    FirthError
        If a line is not UTF-8, or there is no text at all.
    """
    empty = True
    for name, stream in members(file, wanted):
        for line in _prose(_recoded(stream) if fallback else stream):
            empty = False
            yield name, line
    if empty:
        raise FirthError(f"{file.name}: there is no text in it; give a file with text")


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


def _blocks(stream: Stream) -> Iterator[tuple[int, str, bool]]:
    """About 1 MiB of text at a time: (number of its first line, text, whether it ends with a line).

    A line of more than 1 MiB is cut after a space, or after a character if there is no space.
    """
    line, rest, first = 1, b"", True
    while True:
        chunk = stream.read(BLOCK)
        data = rest + chunk
        cut = data.rfind(b"\n") + 1 if chunk else len(data)
        if chunk and not cut and len(data) >= BLOCK:
            cut = data.rfind(b" ") + 1 or _last_character(data)
        block, rest = data[:cut], data[cut:]
        if block:
            text = _decoded(block, line, stream.name)
            yield line, text.removeprefix("\ufeff") if first else text, not chunk or block.endswith(b"\n")
            line, first = line + block.count(b"\n"), False
        if not chunk:
            return


def _last_character(data: bytes) -> int:
    """Index of the first byte of the last UTF-8 character, which may be incomplete."""
    start = len(data) - 1
    while start > len(data) - 4 and data[start] & 0xC0 == 0x80:
        start -= 1
    return start


def _decoded(block: bytes, line: int, name: str) -> str:
    if block.count(0) > len(block) // 4:
        raise FirthError(f"{name}: is not UTF-8 but looks like UTF-16; save it as UTF-8")
    try:
        text = block.translate(CONTROLS).decode("utf-8")
    except UnicodeDecodeError as error:
        number = line + block.count(b"\n", 0, error.start)
        raise FirthError(
            f"{name}: line {number} is not UTF-8 (byte 0x{block[error.start]:02x}); save the file as UTF-8"
        ) from None
    return text if block.isascii() else SEPARATORS.sub(" ", text)


def _prose(stream: Stream) -> Iterator[str]:
    rest, cutting = "", False  # the unfinished line, and whether pieces of it have been given already
    for _, text, whole in _blocks(stream):
        lines = (rest + text.replace("\t", " ")).split("\n")
        rest = "" if whole else lines.pop()
        for line in lines:
            tidy = line.strip()
            if cutting or (len(tidy) > ENORMOUS and len(tidy.split()) > ENORMOUS):
                pieces, tidy = _cut(tidy)
                yield from pieces
            if tidy:
                yield tidy
            cutting = False
        if len(rest) > BLOCK:
            pieces, rest = _cut(rest)
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
