r"""One pass over a text of any size: its tokens as provisional numbers, in bounded memory and on several processes.

A provisional number is the position of a word type in order of first appearance. When the whole training text has been
seen, the vocabulary is chosen, and a table turns provisional numbers into ids. So the text is cut only once.

The blocks of a text are cut in worker processes and merged in the order of the text; neither the numbers nor the
blocks depend on how many workers there are. Memory holds some blocks and every word type, never the text.
"""

import multiprocessing
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count, islice
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from firth.errors import FirthError
from firth.text.streams import ArrayWriter, StreamWriter
from firth.text.tokenizer import tokens_and_line_ends, without_line_breaks

BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class Block:
    """The tokens of one block of text.

    Attributes
    ----------
    types : the block's word types.
    ids : (tokens,) int32, positions in ``types``.
    ends : (lines,) int64, how many of the block's tokens come before each end of a line.
    """

    types: list[str]
    ids: np.ndarray
    ends: np.ndarray


class Numbering:
    """Provisional numbers of word types, across all streams of a corpus."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def types(self) -> list[str]:
        """Word types in order of their numbers."""
        return list(self._numbers)

    def numbers(self, types: list[str]) -> np.ndarray:
        """The numbers of word types, int32; new ones are given the next free numbers."""
        return np.fromiter(map(self._numbers.__getitem__, types), np.int32, len(types))


@dataclass(frozen=True)
class NumberedStream:
    """What one pass found: ``counts[n]`` occurrences of number n (types numbered later did not occur)."""

    sentences: int
    counts: np.ndarray

    def counts_of(self, types: int) -> np.ndarray:
        """Counts (types,), zeros for numbers that did not exist yet."""
        return np.pad(self.counts, (0, types - len(self.counts)))


def text_blocks(path: Path, size: int = BLOCK_BYTES) -> Iterator[str]:
    """Read a UTF-8 file in blocks of about ``size`` bytes that together are the file, its last line ended by a newline.

    Blocks end with a line, or, within a line longer than a block, after a space, so that no token is cut in two.

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


def encode_block(text: str, lowercase: bool, tokenized: bool) -> Block:
    """Cut a block of text into numbered tokens.

    No token holds a space, so the text is split at spaces first, and each different chunk is cut by the rule just once.
    """
    if not tokenized:
        text = without_line_breaks(text)
    chunk_numbers = Numbering()
    chunk_numbers.numbers(["\n"])
    chunk_ids = chunk_numbers.numbers(text.replace("\n", " \n ").split(" "))
    chunks = chunk_numbers.types[1:]

    pieces = Numbering()  # 0 stands for the end of a line, in `table` for that of a chunk
    table = pieces.numbers(tokens_and_line_ends("\n".join(["", *chunks, ""]), lowercase, tokenized))
    marks = np.flatnonzero(table == 0)[: len(chunks) + 1]
    starts = np.concatenate(([0], marks[:-1] + 1))  # chunk 0, the end of a line, is the mark at the table's start
    lengths = np.concatenate(([1], np.diff(marks) - 1))

    chunk_lengths = lengths[chunk_ids]
    chunk_ends = np.cumsum(chunk_lengths)
    shifts = np.repeat(starts[chunk_ids] - (chunk_ends - chunk_lengths), chunk_lengths)
    ids = table[shifts + np.arange(len(shifts))]
    line_ends = np.flatnonzero(ids == 0)
    return Block(pieces.types[1:], ids[ids != 0] - 1, line_ends - np.arange(len(line_ends)))


def encode_blocks(
    blocks: Iterable[str], lowercase: bool, tokenized: bool, processes: int
) -> Generator[Block, None, None]:
    """``encode_block`` of each block, in order; on worker processes if there is more than one block."""
    blocks = iter(blocks)
    first = list(islice(blocks, 2))
    everything = chain(first, blocks)
    if processes == 1 or len(first) < 2:
        yield from (encode_block(text, lowercase, tokenized) for text in everything)
    else:
        yield from _encode_on_workers(everything, lowercase, tokenized, processes)


def number_stream(
    blocks: Iterable[Block], numbering: Numbering, folder: Path, name: str, keep_empty: bool
) -> NumberedStream:
    """Write a stream with provisional numbers for ids, to be renumbered by ``renumber_stream``."""
    counts = np.zeros(1024, dtype=np.int64)
    with StreamWriter(folder, name, np.dtype(np.int32), keep_empty) as stream:
        for block in blocks:
            numbers = numbering.numbers(block.types)
            if len(numbering) > len(counts):
                counts = np.pad(counts, (0, len(numbering)))
            counts[numbers] += np.bincount(block.ids, minlength=len(numbers))
            stream.append(numbers[block.ids], block.ends)
    return NumberedStream(stream.sentences, counts[: len(numbering)])


def renumber_stream(folder: Path, name: str, ids: np.ndarray, dtype: np.dtype) -> None:
    """Replace each provisional number n of a stream by ``ids[n]``, in the given type."""
    path = folder / f"{name}.ids.npy"
    partial = folder / f"{name}.renumbered"
    ids = ids.astype(dtype)
    with path.open("rb") as source, ArrayWriter(partial, dtype) as target:
        np.lib.format.read_magic(source)
        _, _, stored = np.lib.format.read_array_header_1_0(source)
        while len(numbers := np.fromfile(source, stored, BLOCK_BYTES // stored.itemsize)):
            target.append(ids[numbers])
    partial.replace(path)


def _encode_on_workers(blocks: Iterable[str], lowercase: bool, tokenized: bool, processes: int) -> Iterator[Block]:
    """Block i goes to worker i mod N, and each worker has one block at a time: results come back in order."""
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of a threaded parent
    ends: list[Connection] = []
    workers = []
    try:
        for _ in range(processes):
            ours, theirs = context.Pipe()
            worker = context.Process(target=_work, args=(theirs, lowercase, tokenized), daemon=True)
            worker.start()
            theirs.close()  # so that each side notices when the other is gone
            ends.append(ours)
            workers.append(worker)
        sent = 0
        for sent, text in enumerate(blocks, start=1):
            end = ends[(sent - 1) % processes]
            done = _received(end) if sent > processes else None
            end.send(text)
            if done is not None:
                yield done
        for position in range(max(sent - processes, 0), sent):
            yield _received(ends[position % processes])
    finally:
        for end in ends:
            end.close()
        for worker in workers:
            worker.join()


def _work(end: Connection, lowercase: bool, tokenized: bool) -> None:
    with end:
        while True:
            try:
                text = end.recv()
                end.send(encode_block(text, lowercase, tokenized))
            except (EOFError, OSError, KeyboardInterrupt):  # the parent has all it wants, or was killed
                return


def _received(end: Connection) -> Block:
    try:
        return end.recv()
    except EOFError:
        raise FirthError(
            "a worker of tokenize ended early, most often for want of memory; free some, run again"
        ) from None


def _last_space(piece: bytes) -> int:
    """The position after the last space that is not inside ``<br />``; 0 if there is none."""
    end = len(piece)
    while (end := piece.rfind(b" ", 0, end)) >= 0 and piece[max(end - 3, 0) : end].lower() == b"<br":
        pass
    return end + 1


def _decoded(piece: bytes, path: Path, start: int) -> str:
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FirthError(f"{path}: not UTF-8 (byte {start + error.start}); save the text as UTF-8") from None
