"""Counts of words beside words: symmetric, in a window, within sentences.

Counting goes row by row: the places of every word in a chunk of the text are listed, and each word's row is summed up
from the windows around its places in one dense array. Memory holds a chunk, never the text nor the matrix; the counts
of chunks wait on disk until the last one, whose rows are merged with theirs as they are written.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from firth.params.cooccurrence import CooccurrenceParams, WindowShape
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, UNK_ID
from firth.training.progress import Meter
from firth.training.reproducibility import derived_seed
from firth.vectors.cooccurrence_kernels import RANDOM_BITS, count_rows, lay_out, list_places, tally
from firth.vectors.counts import ARRAYS, Rows, write_rows
from firth.vectors.subsampling import keep_probabilities

TOKENS_PER_CHUNK = 2**25  # 8 bytes of memory each; every further chunk costs some time for merging
PAIRS_PER_PIECE = 2**20
LARGEST_DIVISOR = 16  # 1/d is a whole number of units up to this distance


def count_cooccurrences(
    stream: TokenStream, word_counts: np.ndarray, params: CooccurrenceParams, folder: Path, *, seed: int, threads: int
) -> None:
    """Count how often each word stands at most ``context_window`` places from each other word of its sentence.

    A pair at distance d counts 1, (w − d + 1) / w or 1 / d as ``window_shape`` says. ``<unk>`` takes up a place but is
    not counted, so that its row and column, like those of ``<eos>``, are empty. The sums are of whole numbers, and
    what subsampling removes is a function of the seed and the place in the text, so that neither chunks nor threads
    change a byte.

    Writes to ``folder``, in the format of ``firth.vectors.counts``, a matrix of shape (V, V), float32: symmetric; the
    diagonal counts a word beside itself from both sides. Counts of a uniform window are exact up to 2 ** 24; other
    values are rounded to float32 once, at the end.

    Parameters
    ----------
    word_counts : (V,) how often each word comes, the frequency that subsampling goes by.
    """
    reach = min(params.context_window, max(len(stream.ids) - 1, 1))
    unit, weights = window_weights(params.window_shape, params.context_window, reach)
    texts = chunk_texts(stream, word_counts, params, reach, derived_seed(seed, "cooccurrence"))
    number_of_chunks = max(math.ceil(len(stream.ids) / TOKENS_PER_CHUNK), 1)
    with (
        Meter("count co-occurrences", number_of_chunks) as meter,
        ThreadPoolExecutor(threads) as pool,
        TemporaryDirectory(dir=folder, prefix="chunks-") as waiting,
    ):
        chunks = [Path(waiting) / str(number) for number in range(number_of_chunks - 1)]
        for chunk in chunks:
            chunk.mkdir()
            write_rows(chunk, _rows(next(texts), len(word_counts), weights, [], False, pool, threads, meter), np.int64)
        rows = _rows(next(texts), len(word_counts), weights, chunks, True, pool, threads, meter)
        write_rows(folder, ((lengths, columns, units / unit) for lengths, columns, units in rows), np.float32)


def window_weights(shape: WindowShape, context_window: int, reach: int) -> tuple[int, np.ndarray]:
    """What a pair at each distance counts, in units: the size of 1, and (reach,) int64 for the distances 1 … reach.

    ``uniform``: 1. ``linear``: (w − d + 1) / w for w = ``context_window``, what word2vec's windows of random width give
    on average. ``harmonic``: 1 / d, as in GloVe (Pennington, Socher & Manning 2014); beyond a distance of 16 it is
    rounded to 1 / 720720.
    """
    distances = np.arange(1, reach + 1)
    if shape == "uniform":
        return 1, np.ones(reach, dtype=np.int64)
    if shape == "linear":
        return context_window, context_window - distances + 1
    unit = math.lcm(*range(1, min(context_window, LARGEST_DIVISOR) + 1))
    return unit, np.maximum((2 * unit + distances) // (2 * distances), 1)


def keep_thresholds(word_counts: np.ndarray, threshold: float) -> np.ndarray:
    """What the random bits of an occurrence must be below for subsampling to keep it, (V,) int64.

    Frequencies are among the words of the vocabulary; ``<unk>`` is always kept.
    """
    known = np.asarray(word_counts, dtype=np.float64).copy()
    known[[UNK_ID, EOS_ID]] = 0
    return np.floor(keep_probabilities(known, threshold) * 2.0**RANDOM_BITS).astype(np.int64)


def chunk_texts(
    stream: TokenStream, word_counts: np.ndarray, params: CooccurrenceParams, reach: int, seed: int
) -> Iterator[np.ndarray]:
    """The subsampled text in chunks, each (N,) uint32 with ``<eos>`` after each sentence.

    The first and last ``reach`` entries of a chunk are context only; those between are in no other chunk's middle.
    """
    thresholds = keep_thresholds(word_counts, params.subsampling_threshold)
    keep_places = params.subsampling == "clean"
    tail = np.full(reach, EOS_ID, dtype=np.uint32)
    for first in range(0, max(len(stream.ids), 1), TOKENS_PER_CHUNK):
        last = min(first + TOKENS_PER_CHUNK, len(stream.ids))
        begin, end = np.searchsorted(stream.offsets, (first, last), side="right")
        ends = np.array(stream.offsets[begin:end], dtype=np.int64)
        text = np.full(len(tail) + last - first + len(ends) + reach, EOS_ID, dtype=np.uint32)
        text[: len(tail)] = tail
        ids = np.array(stream.ids[first:last], dtype=np.uint32)
        written = lay_out(ids, first, ends, thresholds, np.uint64(seed), keep_places, text[len(tail) :])
        del ids  # while the chunk is counted, its text is enough
        after_the_end = reach if last == len(stream.ids) else 0
        text = text[: len(tail) + written + after_the_end]
        yield text
        tail = text[max(len(text) - 2 * reach, 0) :].copy()


def _rows(
    text: np.ndarray,
    size: int,
    weights: np.ndarray,
    earlier: list[Path],
    ascending: bool,
    pool: ThreadPoolExecutor,
    threads: int,
    meter: Meter,
) -> Iterator[Rows]:
    """The rows of a chunk's counts, added to those of earlier chunks, in units; some at a time, in order.

    ``ascending`` is whether a row's columns are sorted, which is left to the last chunk.
    """
    starts, places = _places(text, len(weights), size, pool, threads)
    load = 2 * len(weights) * np.diff(starts)
    for chunk in earlier:
        load += np.diff(np.load(chunk / "indptr.npy"))
    total = np.cumsum(load)
    cuts = np.searchsorted(total, np.arange(PAIRS_PER_PIECE, total[-1], PAIRS_PER_PIECE))
    cuts = np.unique([0, *cuts, size])

    def piece(first: int, last: int) -> Rows:
        lengths, columns, units, _ = count_rows(
            text, places, starts, first, last, weights, *_earlier_rows(earlier, first, last), ascending
        )
        return lengths, columns, units

    for rows in _in_order(pool, (partial(piece, *span) for span in pairwise(cuts.tolist())), ahead=2 * threads):
        yield rows
        meter.advance(1 / (len(cuts) - 1))


def _places(
    text: np.ndarray, reach: int, size: int, pool: ThreadPoolExecutor, threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Where each word stands in the middle of a chunk: as ``starts`` and ``places`` of ``count_rows``."""
    cuts = np.linspace(reach, max(len(text) - reach, reach), threads + 1).astype(np.int64).tolist()
    parts = list(pairwise(cuts))
    counts = np.stack(list(pool.map(lambda part: tally(text, part[0], part[1], size), parts)))  # (threads, V)
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(counts.sum(axis=0), out=starts[1:])
    part_starts = starts[:-1] + np.cumsum(counts, axis=0) - counts
    places = np.empty(starts[-1], dtype=np.uint32)
    for _ in pool.map(lambda part, begin: list_places(text, part[0], part[1], begin, places), parts, part_starts):
        pass
    return starts, places


def _earlier_rows(chunks: list[Path], first: int, last: int) -> Rows:
    """Rows first … last − 1 of the counts of chunks: as the arguments ``earlier_…`` of ``count_rows``."""
    starts = np.zeros((len(chunks), last - first + 1), dtype=np.int64)
    columns, units, cells = [np.empty(0, np.int32)], [np.empty(0, np.int64)], 0
    for number, chunk in enumerate(chunks):
        indptr, indices, data = (np.load(chunk / f"{name}.npy", mmap_mode="r") for name in ARRAYS)
        span = slice(indptr[first], indptr[last])
        starts[number] = cells + indptr[first : last + 1] - indptr[first]
        columns.append(indices[span])
        units.append(data[span])
        cells += span.stop - span.start
    return starts, np.concatenate(columns), np.concatenate(units)


def _in_order(pool: ThreadPoolExecutor, jobs: Iterable[Callable[[], Rows]], ahead: int) -> Iterator[Rows]:
    """The jobs' results, in order; no more than ``ahead`` results are under way or waiting."""
    waiting: deque[Future[Rows]] = deque()
    for job in jobs:
        waiting.append(pool.submit(job))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
