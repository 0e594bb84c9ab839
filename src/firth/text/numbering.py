"""Splitting a text of any size into words or characters in one pass, in bounded memory and on several processes.

The pass gives each type a provisional number, in order of first appearance. The vocabulary is chosen after the
pass, and then a table maps provisional numbers to ids, so that the text is tokenized only once.

Worker processes tokenize blocks of text, and the parent merges them in the order of the text: the numbers don't depend
on the number of workers. Memory holds a few blocks and every type, never the whole text.
"""

import multiprocessing
import os
import signal
import threading
from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, count, islice
from pathlib import Path

import numpy as np

from firth.errors import FirthError
from firth.stored_files import damaged
from firth.text.characters import characters_and_line_ends, with_visible_spaces
from firth.text.streams import ArrayWriter, StreamWriter
from firth.text.tokenizer import tokens_and_line_ends, without_line_breaks
from firth.workspace import stage_of

BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class TokenizedBlock:
    """The tokens of one block of text.

    Attributes
    ----------
    types : the block's word types, or its distinct characters.
    ids : (tokens,) int32, indices into ``types``.
    ends : (lines,) int64, the number of the block's tokens before each line end.
    words : how many words there are, by the rule of ``tokenizer``.
    """

    types: list[str]
    ids: np.ndarray
    ends: np.ndarray
    words: int


class Numbering:
    """Provisional numbers of types, across all streams of a corpus."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def types(self) -> list[str]:
        """Types in order of their numbers."""
        return list(self._numbers)

    def numbers(self, types: list[str]) -> np.ndarray:
        """The numbers of types, (len(types),) int32; new types get the next free numbers."""
        return np.fromiter(map(self._numbers.__getitem__, types), np.int32, len(types))


@dataclass(frozen=True)
class NumberedStream:
    """One stream after the pass.

    Attributes
    ----------
    counts : (types,) int64, occurrences of each provisional number. Types numbered later don't occur in the stream.
    words : how many words there are, by the rule of ``tokenizer``.
    """

    sentences: int
    counts: np.ndarray
    words: int

    def counts_of(self, types: int) -> np.ndarray:
        """Counts (types,) with zeros for types that were numbered later."""
        return np.pad(self.counts, (0, types - len(self.counts)))


def text_blocks(path: Path, size: int = BLOCK_BYTES) -> Generator[str, None, None]:
    """Read a UTF-8 file in blocks of about ``size`` bytes; a newline is added where the last line has none.

    A block ends with a line or, within a longer line, after a space, so that no token is split.

    Raises
    ------
    FirthError
        If the file is not UTF-8; the byte is named.
    """
    start, rest, ended = 0, b"", True
    with path.open("rb") as file:
        while piece := file.read(size):
            if rest:
                piece = rest + piece
            end = piece.rfind(b"\n") + 1 or _last_space(piece)
            rest = piece[end:]
            if end:
                yield _decoded(piece[:end], path, start)
                start += end
                ended = piece[end - 1 : end] == b"\n"
    if rest or not ended:
        yield _decoded(rest + b"\n", path, start)


def encode_block(text: str, lowercase: bool, tokenized: bool, by_characters: bool = False) -> TokenizedBlock:
    """Split a block of text into words or, ``by_characters``, into characters.

    No token contains a space, so the text is split at spaces, and the tokenizer reads each distinct chunk only once.
    """
    words = 0
    if by_characters or not tokenized:
        text = without_line_breaks(text)
    if by_characters:
        words = len(tokens_and_line_ends(text, False, tokenized)) - text.count("\n")
        text = with_visible_spaces(text)
    chunk_numbers = Numbering()
    chunk_numbers.numbers(["\n"])
    chunk_ids = chunk_numbers.numbers(text.replace("\n", " \n ").split(" "))
    chunks = chunk_numbers.types[1:]

    pieces = Numbering()  # 0 stands for a line end; in `table`, for the end of a chunk
    lines = "\n".join(["", *chunks, ""])
    if by_characters:
        table = pieces.numbers(characters_and_line_ends(lines, lowercase))
    else:
        table = pieces.numbers(tokens_and_line_ends(lines, lowercase, tokenized))
    marks = np.flatnonzero(table == 0)[: len(chunks) + 1]
    starts = np.concatenate(([0], marks[:-1] + 1))  # chunk 0 is the line end, at index 0 of the table
    lengths = np.concatenate(([1], np.diff(marks) - 1))

    chunk_lengths = lengths[chunk_ids]
    chunk_ends = np.cumsum(chunk_lengths)
    shifts = np.repeat(starts[chunk_ids] - (chunk_ends - chunk_lengths), chunk_lengths)
    ids = table[shifts + np.arange(len(shifts))]
    line_ends = np.flatnonzero(ids == 0)
    tokens = ids[ids != 0] - 1
    return TokenizedBlock(
        pieces.types[1:], tokens, line_ends - np.arange(len(line_ends)), words if by_characters else len(tokens)
    )


def encode_blocks(
    blocks: Iterable[str], lowercase: bool, tokenized: bool, by_characters: bool, processes: int
) -> Generator[TokenizedBlock, None, None]:
    """``encode_block`` of each block, in order.

    Parameters
    ----------
    processes : number of worker processes; with 1, or for a single block, this process does the work.

    Raises
    ------
    FirthError
        If a worker dies.
    """
    blocks = iter(blocks)
    first = list(islice(blocks, 2))
    everything = chain(first, blocks)
    if processes == 1 or len(first) < 2:
        yield from (encode_block(text, lowercase, tokenized, by_characters) for text in everything)
    else:
        yield from _encode_on_workers(everything, lowercase, tokenized, by_characters, processes)


def number_stream(
    blocks: Iterable[TokenizedBlock], numbering: Numbering, folder: Path, name: str, keep_empty: bool
) -> NumberedStream:
    """Write a stream of provisional numbers, which ``renumber_stream`` replaces by ids.

    Parameters
    ----------
    keep_empty : whether a line without tokens is an empty sentence, or is skipped.
    """
    counts, words = np.zeros(1024, dtype=np.int64), 0
    with StreamWriter(folder, name, np.dtype(np.int32), keep_empty) as stream:
        for block in blocks:
            numbers = numbering.numbers(block.types)
            if len(numbering) > len(counts):
                counts = np.pad(counts, (0, len(numbering)))
            counts[numbers] += np.bincount(block.ids, minlength=len(numbers))
            stream.append(numbers[block.ids], block.ends)
            words += block.words
    return NumberedStream(stream.sentences, counts[: len(numbering)], words)


def renumber_stream(folder: Path, name: str, ids: np.ndarray, dtype: np.dtype) -> None:
    """Replace each provisional number n of a stream by ``ids[n]``, as ``dtype``."""
    path = folder / f"{name}.ids.npy"
    partial = folder / f"{name}.renumbered"
    ids = ids.astype(dtype)
    with path.open("rb") as source, ArrayWriter(partial, dtype) as target:
        np.lib.format.read_magic(source)
        _, _, stored = np.lib.format.read_array_header_1_0(source)
        while len(numbers := np.fromfile(source, stored, BLOCK_BYTES // stored.itemsize)):
            target.append(ids[numbers])
    partial.replace(path)


def _encode_on_workers(
    blocks: Iterator[str], lowercase: bool, tokenized: bool, by_characters: bool, processes: int
) -> Generator[TokenizedBlock, None, None]:
    pool = ProcessPoolExecutor(
        processes,
        multiprocessing.get_context("spawn"),  # a fork would copy the locks of a threaded parent
        initializer=_prepare_worker,
    )
    under_way: deque[Future[TokenizedBlock]] = deque()
    try:
        for text in blocks:
            under_way.append(pool.submit(encode_block, text, lowercase, tokenized, by_characters))
            if len(under_way) > processes:  # each worker has a block, and one block is waiting
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool:
        raise FirthError(
            "a worker of tokenize ended early, most often for lack of memory; free some and run again"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare_worker() -> None:
    """Leave interrupts to the parent, and end when the parent has ended, even if it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _last_space(piece: bytes) -> int:
    """The index after the last space that is not inside ``<br />``; 0 if there is none."""
    end = len(piece)
    while (end := piece.rfind(b" ", 0, end)) >= 0 and piece[max(end - 3, 0) : end].lower() == b"<br":
        pass
    return end + 1


def _decoded(piece: bytes, path: Path, start: int) -> str:
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError as error:
        raise damaged(path, f"not UTF-8 (byte {start + error.start})", stage_of(path)) from None
