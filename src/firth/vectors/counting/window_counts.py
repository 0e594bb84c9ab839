"""Co-occurrence counts: symmetric, in a context window, within sentences.

Counting goes row by row: the positions of every word in a chunk of the text are listed, and each word's row is summed
in one dense array from the windows around its positions. Memory holds a chunk, never the text or the matrix; the counts
of earlier chunks wait on disk and are added to those of the last chunk as its rows are written.
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

from firth.derived_seed import derived_seed
from firth.kernels.counting_loops import RANDOM_BITS, count_rows, lay_out, list_positions, word_counts_between
from firth.params.cooccurrence_params import CooccurrenceParams, WindowShape
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, UNK_ID
from firth.training.progress import Meter
from firth.vectors.counting.count_matrix import ARRAYS, Rows, write_rows
from firth.vectors.subsampling import keep_probabilities

TOKENS_PER_CHUNK = 2**25  # 8 bytes of memory each; every further chunk costs some time for merging
PAIRS_PER_PIECE = 2**20
LARGEST_DIVISOR = 16  # 1/d is a whole number of units up to this distance


def count_cooccurrences(
    stream: TokenStream, word_counts: np.ndarray, params: CooccurrenceParams, folder: Path, *, seed: int, threads: int
) -> None:
    """Count how often each two words occur in one sentence at a distance of at most ``context_window``.

    A pair at distance d counts 1, (w − d + 1) / w or 1 / d, by ``window_shape`` (see ``window_weights``). ``<unk>``
    takes up a position but is not counted, so that its row and column, like those of ``<eos>``, are empty. Sums are of
    integers, and subsampling is a function of the seed and the position in the text, so that neither chunks nor threads
    change a byte.

    Writes to ``folder``, in the format of ``vectors.counting.count_matrix``, a symmetric matrix of shape (V, V),
    float32. On the diagonal a pair of equal words counts twice, once from either side. Counts of a uniform window are
    exact up to 2 ** 24; other values are rounded to float32 once, at the end.

    Parameters
    ----------
    word_counts : (V,) how often each word occurs, the frequency by which subsampling removes it.
    """
    farthest = min(params.context_window, max(len(stream.ids) - 1, 1))
    unit, weights = window_weights(params.window_shape, params.context_window, farthest)
    texts = chunk_texts(stream, word_counts, params, farthest, derived_seed(seed, "cooccurrence"))
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


def window_weights(shape: WindowShape, context_window: int, farthest: int) -> tuple[int, np.ndarray]:
    """What a pair at each distance counts, in units: the units of 1, and (farthest,) int64 for distances 1 … farthest.

    ``uniform``: 1. ``linear``: (w − d + 1) / w for w = ``context_window``, the average over word2vec's windows of
    random size. ``harmonic``: 1 / d, as in GloVe (Pennington, Socher & Manning 2014); beyond a distance of 16 it is
    rounded to 1 / 720720.
    """
    distances = np.arange(1, farthest + 1)
    if shape == "uniform":
        return 1, np.ones(farthest, dtype=np.int64)
    if shape == "linear":
        return context_window, context_window - distances + 1
    unit = math.lcm(*range(1, min(context_window, LARGEST_DIVISOR) + 1))
    return unit, np.maximum((2 * unit + distances) // (2 * distances), 1)


def keep_thresholds(word_counts: np.ndarray, threshold: float) -> np.ndarray:
    """Subsampling keeps an occurrence whose random bits are below its word's threshold, (V,) int64.

    Relative frequencies are those among the words of the vocabulary; ``<unk>`` is always kept.
    """
    known = np.asarray(word_counts, dtype=np.float64).copy()
    known[[UNK_ID, EOS_ID]] = 0
    return np.floor(keep_probabilities(known, threshold) * 2.0**RANDOM_BITS).astype(np.int64)


def chunk_texts(
    stream: TokenStream, word_counts: np.ndarray, params: CooccurrenceParams, farthest: int, seed: int
) -> Iterator[np.ndarray]:
    """The subsampled text in chunks, each (N,) uint32 with ``<eos>`` after each sentence.

    The first and last ``farthest`` entries of a chunk are context alone; every other position is counted in one chunk.
    """
    thresholds = keep_thresholds(word_counts, params.subsampling_threshold)
    keep_positions = params.subsampling == "clean"
    tail = np.full(farthest, EOS_ID, dtype=np.uint32)
    for first in range(0, max(len(stream.ids), 1), TOKENS_PER_CHUNK):
        last = min(first + TOKENS_PER_CHUNK, len(stream.ids))
        begin, end = np.searchsorted(stream.offsets, (first, last), side="right")
        ends = np.array(stream.offsets[begin:end], dtype=np.int64)
        text = np.full(len(tail) + last - first + len(ends) + farthest, EOS_ID, dtype=np.uint32)
        text[: len(tail)] = tail
        ids = np.array(stream.ids[first:last], dtype=np.uint32)
        written = lay_out(ids, first, ends, thresholds, np.uint64(seed), keep_positions, text[len(tail) :])
        del ids  # while the chunk is counted, its text is enough
        after_the_end = farthest if last == len(stream.ids) else 0
        text = text[: len(tail) + written + after_the_end]
        yield text
        tail = text[max(len(text) - 2 * farthest, 0) :].copy()


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
    """The rows of a chunk's counts, with those of earlier chunks added, in units; some at a time, in order.

    ``ascending``: whether the columns of a row are sorted, which only the last chunk needs.
    """
    starts, positions = _positions(text, len(weights), size, pool, threads)
    load = 2 * len(weights) * np.diff(starts)
    for chunk in earlier:
        load += np.diff(np.load(chunk / "indptr.npy"))
    total = np.cumsum(load)
    cuts = np.searchsorted(total, np.arange(PAIRS_PER_PIECE, total[-1], PAIRS_PER_PIECE))
    cuts = np.unique([0, *cuts, size])

    def piece(first: int, last: int) -> Rows:
        lengths, columns, units, _ = count_rows(
            text, positions, starts, first, last, weights, *_earlier_rows(earlier, first, last), ascending
        )
        return lengths, columns, units

    for rows in _in_order(pool, (partial(piece, *span) for span in pairwise(cuts.tolist())), ahead=2 * threads):
        yield rows
        meter.advance(1 / (len(cuts) - 1))


def _positions(
    text: np.ndarray, farthest: int, size: int, pool: ThreadPoolExecutor, threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Positions of each word in a chunk, its context left out: ``starts`` and ``positions`` of ``count_rows``."""
    cuts = np.linspace(farthest, max(len(text) - farthest, farthest), threads + 1).astype(np.int64).tolist()
    parts = list(pairwise(cuts))
    counts = np.stack(
        list(pool.map(lambda part: word_counts_between(text, part[0], part[1], size), parts))
    )  # (threads, V)
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(counts.sum(axis=0), out=starts[1:])
    part_starts = starts[:-1] + np.cumsum(counts, axis=0) - counts
    positions = np.empty(starts[-1], dtype=np.uint32)
    for _ in pool.map(lambda part, begin: list_positions(text, part[0], part[1], begin, positions), parts, part_starts):
        pass
    return starts, positions


def _earlier_rows(chunks: list[Path], first: int, last: int) -> Rows:
    """Rows first … last − 1 of the counts of chunks: the arguments ``earlier_…`` of ``count_rows``."""
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
    """The jobs' results, in order; at most ``ahead`` of them are under way or waiting."""
    waiting: deque[Future[Rows]] = deque()
    for job in jobs:
        waiting.append(pool.submit(job))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
