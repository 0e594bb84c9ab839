"""Text as lines: strict UTF-8, tidied, streamed in constant memory, split 90/5/5."""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from firth.corpora.archives import LocalFile, Stream, members
from firth.errors import FirthError

BLOCK = 2**20  # bytes read at a time
ENORMOUS = 10_000  # words; a longer line of prose is no paragraph, so it is cut
PIECE = 1_000  # words of the pieces, as word2vec cuts its text (Mikolov et al. 2013)
CONTROLS = bytes(byte if byte in b"\t\n" or (byte >= 0x20 and byte != 0x7F) else 0x20 for byte in range(256))
SEPARATORS = re.compile("[\x80-\x9f\u2028\u2029]")  # controls and line ends that only Unicode knows

Item = TypeVar("Item")


def text_lines(file: LocalFile) -> Iterator[tuple[str, int, str]]:
    """Every line of a file, blank ones too, as (file, line number, text without the line's end).

    Control characters, carriage returns among them, become spaces; tabs stay.

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
        raise FirthError(f"{file.name}: there is no text in it; give a file that holds some")


def numbered_blocks(stream: Stream) -> Iterator[tuple[int, list[str]]]:
    """The lines of a text as ``text_lines`` gives them, in blocks: (number of the first, lines).

    A block holds about 1 MiB or, of a stream that gives less at a time, what has come.

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
    """The paragraphs of a file, one a line, as (file, text), without blank ones; enormous ones are cut.

    Parameters
    ----------
    wanted : which members of an archive, by name.
    fallback : read a text that is not UTF-8 as ISO-8859-1; each text is then held in memory whole.

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
        raise FirthError(f"{file.name}: there is no text in it; give a file that holds some")


def divided(read: Callable[[], Iterable[tuple[str, Item]]], name: str, unit: str) -> Iterator[tuple[str, Item]]:
    """Split 90/5/5, contiguously within each part: (part, item) → (split, item).

    Parameters
    ----------
    read : gives all items with their part, each time it is called: it is called twice, so that none is kept.
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
    """About 1 MiB of text at a time: (number of its first line, text, whether it ends where a line ends).

    An enormous line is cut behind a space, or behind a character if there is no space.
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
    """Where the last character of UTF-8 starts, which may not be whole yet."""
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
    rest, cutting = "", False  # the unfinished line, and whether its beginning has gone out in pieces
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
            if len(rest) > BLOCK:  # hardly a word
                yield rest.strip()
                rest = ""


def _cut(text: str) -> tuple[list[str], str]:
    """Pieces of 1,000 words, and what is left: at least the last word, which may go on."""
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
