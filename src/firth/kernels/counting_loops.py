"""The compiled loops that count co-occurrences; sums of integers, so that no order of work changes a result.

Equal to ``plain_counts``, a dictionary of pairs. On 26.5 million words of film reviews, window 5 and two cores,
``benchmarks/counting.py`` measured 13,700,000 tokens a second, and 534,000 for hyperhyper 0.3, with equal counts.

Words in these loops: the text is an array of ids with ``<eos>`` after each sentence (``lay_out``); a position is an
index into it; counts are integers in units that the window's weights define.
"""

from collections import defaultdict

import numpy as np
from numba import njit

from firth.kernels.splitmix import GOLDEN_GAMMA, mix
from firth.text.vocabulary import EOS_ID, UNK_ID

RANDOM_BITS = 53
READ_AHEAD = 64  # windows fetched into the cache before they are counted
DENSE_SHARE = 32  # a row with more than 1 / DENSE_SHARE of its cells filled is scanned, a sparser one is sorted


def plain_counts(text: np.ndarray, first: int, last: int, weights: np.ndarray) -> dict[tuple[int, int], int]:
    """The plain version of ``count_rows``: {(word, neighbor): units} for the words at positions first … last − 1.

    Parameters
    ----------
    text : (N,) ids with ``<eos>`` after each sentence; windows end there, and ``<unk>`` is neither word nor neighbor.
    weights : (window,) units that a neighbor at distance 1, 2, … adds.
    """
    counts: defaultdict[tuple[int, int], int] = defaultdict(int)
    for position in range(first, last):
        for direction in (1, -1):
            for distance in range(1, len(weights) + 1):
                neighbor = text[position + direction * distance]
                if neighbor == EOS_ID:
                    break
                if text[position] not in (UNK_ID, EOS_ID) and neighbor != UNK_ID:
                    counts[int(text[position]), int(neighbor)] += int(weights[distance - 1])
    return dict(counts)


@njit(cache=True, nogil=True)
def random_bits(seed: np.uint64, position: int) -> np.int64:
    """53 random bits as an integer, a function of both arguments alone."""
    state = seed + (np.uint64(position) + np.uint64(1)) * np.uint64(GOLDEN_GAMMA)
    return np.int64(mix(state) >> np.uint64(64 - RANDOM_BITS))


@njit(cache=True, nogil=True)
def lay_out(
    ids: np.ndarray,
    first: int,
    ends: np.ndarray,
    kept_below: np.ndarray,
    seed: np.uint64,
    keep_positions: bool,
    text: np.ndarray,
) -> int:
    """Write a part of a token stream as text, subsampled and with ``<eos>`` after each sentence.

    Subsampling keeps an id if its random bits are below ``kept_below[id]``. A removed id is replaced by ``<unk>`` if
    ``keep_positions``; otherwise its neighbors move together.

    Parameters
    ----------
    ids : (n,) uint32, the ids of the stream from position ``first`` on.
    ends : (s,) int64, the positions in the stream before which a sentence has ended.
    kept_below : (V,) int64, up to 2 ** 53.
    text : uint32, at least n + s entries, written to.

    Returns
    -------
    The number of entries written.
    """
    length, sentence = 0, 0
    for i in range(len(ids)):
        below = kept_below[ids[i]]
        if below == 1 << RANDOM_BITS or random_bits(seed, first + i) < below:
            text[length] = ids[i]
            length += 1
        elif keep_positions:
            text[length] = UNK_ID
            length += 1
        while sentence < len(ends) and ends[sentence] == first + i + 1:
            text[length] = EOS_ID
            length += 1
            sentence += 1
    return length


@njit(cache=True, nogil=True)
def word_counts_between(text: np.ndarray, first: int, last: int, size: int) -> np.ndarray:
    """How often each word but ``<unk>`` and ``<eos>`` occurs at positions first … last − 1 of the text: (V,) int64."""
    counts = np.zeros(size, dtype=np.int64)
    for position in range(first, last):
        counts[text[position]] += 1
    counts[UNK_ID] = counts[EOS_ID] = 0
    return counts


@njit(cache=True, nogil=True)
def list_positions(text: np.ndarray, first: int, last: int, starts: np.ndarray, positions: np.ndarray) -> None:
    """Write word w's positions among first … last − 1, ascending, to ``positions`` (uint32) from ``starts[w]`` on."""
    free = starts.copy()
    for position in range(first, last):
        word = text[position]
        if word not in (UNK_ID, EOS_ID):
            positions[free[word]] = position
            free[word] += 1


@njit(cache=True, nogil=True)
def count_rows(
    text: np.ndarray,
    positions: np.ndarray,
    starts: np.ndarray,
    first: int,
    last: int,
    weights: np.ndarray,
    earlier_starts: np.ndarray,
    earlier_columns: np.ndarray,
    earlier_units: np.ndarray,
    ascending: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Count the neighbors of each of the words first … last − 1: rows of the co-occurrence matrix.

    Parameters
    ----------
    text : (N,) uint32, with as many entries before the first and after the last position as there are weights.
    positions : uint32; word w occurs at ``positions[starts[w]:starts[w + 1]]``. starts : (V + 1,) int64.
    weights : (window,) int64, positive; a neighbor at distance d adds ``weights[d - 1]`` units.
    earlier_starts, earlier_columns, earlier_units : the same rows of other texts, to be added: row r of text k has
        columns (int32) and units (int64) from ``earlier_starts[k, r]`` to ``earlier_starts[k, r + 1]``.
    ascending : whether the columns of a row are sorted.

    Returns
    -------
    Lengths of the rows, (last − first,) int64; their columns, int32; their units, int64; and the number without
    meaning that ``_add_windows`` returns.
    """
    size = len(starts) - 1
    room = 1
    for word in range(first, last):
        bound = 2 * len(weights) * (starts[word + 1] - starts[word])
        for begin, end in zip(earlier_starts[:, word - first], earlier_starts[:, word - first + 1]):  # noqa: B905
            bound += end - begin
        room += min(bound, size)
    columns, units = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int64)
    lengths = np.zeros(last - first, dtype=np.int64)
    row = np.zeros(size, dtype=np.int64)
    found = np.empty(size + 1, dtype=np.int32)  # nonzero columns of the row, in order of appearance
    cells, read = 0, 0
    for word in range(first, last):
        new = 0
        for begin, end in zip(earlier_starts[:, word - first], earlier_starts[:, word - first + 1]):  # noqa: B905
            for entry in range(begin, end):
                new = _add(row, found, new, earlier_columns[entry], earlier_units[entry])
        new, number = _add_windows(text, positions[starts[word] : starts[word + 1]], weights, row, found, new)
        row[UNK_ID] = 0
        lengths[word - first] = _move(row, found[:new], columns[cells:], units[cells:], ascending)
        cells += lengths[word - first]
        read += number
    return lengths, columns[:cells], units[:cells], read


@njit(cache=True, nogil=True)
def _add_windows(
    text: np.ndarray, positions: np.ndarray, weights: np.ndarray, row: np.ndarray, found: np.ndarray, new: int
) -> tuple[int, int]:
    """Add the neighbors at a word's positions to its row, which has ``new`` nonzero columns.

    The windows of one word lie all over the text, so that waiting for memory would take most of the time. Both ends of
    a group of windows are read first, many at once, so that the windows are in the cache when they are counted.

    Returns
    -------
    The number of nonzero columns, and a number without meaning, so that the reading ahead is not optimized away.
    """
    window = len(weights)
    read = 0
    for group in range(0, len(positions), READ_AHEAD):
        for position in positions[group : group + READ_AHEAD]:
            read += text[position - window] + text[position + window]
        for position in positions[group : group + READ_AHEAD]:
            for distance in range(1, window + 1):
                if text[position + distance] == EOS_ID:
                    break
                new = _add(row, found, new, text[position + distance], weights[distance - 1])
            for distance in range(1, window + 1):
                if text[position - distance] == EOS_ID:
                    break
                new = _add(row, found, new, text[position - distance], weights[distance - 1])
    return new, read


@njit(cache=True, nogil=True)
def _add(row: np.ndarray, found: np.ndarray, new: int, column: int, units: int) -> int:
    """Add units to a column, and list it if it was zero (without a branch, which would often be mispredicted)."""
    value = row[column]
    row[column] = value + units
    found[new] = column
    return new + (value == 0)


@njit(cache=True, nogil=True)
def _move(row: np.ndarray, found: np.ndarray, columns: np.ndarray, units: np.ndarray, ascending: bool) -> int:
    """Move the nonzero cells of a row to ``columns`` and ``units``, leaving zeros; returns their number."""
    cells = 0
    if ascending and len(found) > len(row) // DENSE_SHARE:
        for column in range(len(row)):
            columns[cells], units[cells] = column, row[column]
            cells += row[column] != 0
        row[:] = 0
    else:
        if ascending:
            found.sort()
        for column in found:
            columns[cells], units[cells] = column, row[column]
            cells += row[column] != 0
            row[column] = 0
    return cells
