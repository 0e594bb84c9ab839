"""The compiled loops of counting. They add whole numbers only, so that no order of work changes a result."""

import numpy as np
from numba import njit

from firth.text.vocabulary import EOS_ID, UNK_ID
from firth.vectors.subsampling import GOLDEN_GAMMA, mix

RANDOM_BITS = 53
READ_AHEAD = 64  # windows fetched into the cache before they are counted
DENSE_SHARE = 32  # a row with more cells than 1 / DENSE_SHARE of the columns is read off, a shorter one is sorted


@njit(cache=True, nogil=True)
def random_bits(seed: np.uint64, position: int) -> np.int64:
    """Whole number of 53 random bits, a function of both arguments."""
    state = seed + (np.uint64(position) + np.uint64(1)) * np.uint64(GOLDEN_GAMMA)
    return np.int64(mix(state) >> np.uint64(64 - RANDOM_BITS))


@njit(cache=True, nogil=True)
def lay_out(
    ids: np.ndarray,
    first: int,
    ends: np.ndarray,
    kept_below: np.ndarray,
    seed: np.uint64,
    keep_places: bool,
    text: np.ndarray,
) -> int:
    """Write the ids that stand in a stream from position ``first`` on, with ``<eos>`` after each sentence.

    Subsampling keeps an id where its random bits are below ``kept_below[id]``. Another leaves ``<unk>`` in its place
    if ``keep_places``, otherwise no gap.

    Parameters
    ----------
    ids : (n,) uint32; ends : (s,) int64, the positions in the stream before which a sentence has ended.
    kept_below : (V,) int64, up to 2 ** 53; text : uint32, room for n + s entries.

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
        elif keep_places:
            text[length] = UNK_ID
            length += 1
        while sentence < len(ends) and ends[sentence] == first + i + 1:
            text[length] = EOS_ID
            length += 1
            sentence += 1
    return length


@njit(cache=True, nogil=True)
def tally(text: np.ndarray, first: int, last: int, size: int) -> np.ndarray:
    """How often each word, ``<unk>`` and ``<eos>`` aside, stands at places first … last − 1 of the text: (V,) int64."""
    counts = np.zeros(size, dtype=np.int64)
    for place in range(first, last):
        counts[text[place]] += 1
    counts[UNK_ID] = counts[EOS_ID] = 0
    return counts


@njit(cache=True, nogil=True)
def list_places(text: np.ndarray, first: int, last: int, starts: np.ndarray, places: np.ndarray) -> None:
    """Write the places first … last − 1 of each word w to ``places`` (uint32), from ``starts[w]`` on, in order."""
    free = starts.copy()
    for place in range(first, last):
        word = text[place]
        if word not in (UNK_ID, EOS_ID):
            places[free[word]] = place
            free[word] += 1


@njit(cache=True, nogil=True)
def count_rows(
    text: np.ndarray,
    places: np.ndarray,
    starts: np.ndarray,
    first: int,
    last: int,
    weights: np.ndarray,
    earlier_starts: np.ndarray,
    earlier_columns: np.ndarray,
    earlier_units: np.ndarray,
    ascending: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Count the words around each of the words first … last − 1, one word after the other.

    Parameters
    ----------
    text : (N,) uint32, with as many entries before and after the places to be counted as there are weights.
    places : uint32; word w stands at ``places[starts[w]:starts[w + 1]]``. starts : (V + 1,) int64.
    weights : (reach,) int64, positive; what a neighbor at distance d adds is ``weights[d - 1]``.
    earlier_starts, earlier_columns, earlier_units : what other texts gave for the same rows: row r of text k has
        columns (int32) and units (int64) from ``earlier_starts[k, r]`` to ``earlier_starts[k, r + 1]``.
    ascending : whether columns are wanted in that order, or in any.

    Returns
    -------
    Lengths of the rows, (last − first,) int64; their columns, int32; their values, int64; and the number
    that ``_add_windows`` returns too.
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
    found = np.empty(size + 1, dtype=np.int32)  # columns of the row that are not zero, in order of appearance
    cells, read = 0, 0
    for word in range(first, last):
        new = 0
        for begin, end in zip(earlier_starts[:, word - first], earlier_starts[:, word - first + 1]):  # noqa: B905
            for entry in range(begin, end):
                new = _add(row, found, new, earlier_columns[entry], earlier_units[entry])
        new, number = _add_windows(text, places[starts[word] : starts[word + 1]], weights, row, found, new)
        row[UNK_ID] = 0
        lengths[word - first] = _move(row, found[:new], columns[cells:], units[cells:], ascending)
        cells += lengths[word - first]
        read += number
    return lengths, columns[:cells], units[:cells], read


@njit(cache=True, nogil=True)
def _add_windows(
    text: np.ndarray, places: np.ndarray, weights: np.ndarray, row: np.ndarray, found: np.ndarray, new: int
) -> tuple[int, int]:
    """Add the words around the places to a row that has ``new`` columns.

    Windows of a word lie all over the text, so that waiting for memory would take most of the time. A group of them
    is read at both ends first, which the processor does for many at once, and then found in its cache.

    Returns
    -------
    How many columns the row has now, and a number without meaning, so that the first reading is not optimized away.
    """
    reach = len(weights)
    read = 0
    for group in range(0, len(places), READ_AHEAD):
        for place in places[group : group + READ_AHEAD]:
            read += text[place - reach] + text[place + reach]
        for place in places[group : group + READ_AHEAD]:
            for distance in range(1, reach + 1):
                if text[place + distance] == EOS_ID:
                    break
                new = _add(row, found, new, text[place + distance], weights[distance - 1])
            for distance in range(1, reach + 1):
                if text[place - distance] == EOS_ID:
                    break
                new = _add(row, found, new, text[place - distance], weights[distance - 1])
    return new, read


@njit(cache=True, nogil=True)
def _add(row: np.ndarray, found: np.ndarray, new: int, column: int, units: int) -> int:
    """Add units to a column, note it if it was zero (without a branch, which would often be mispredicted)."""
    value = row[column]
    row[column] = value + units
    found[new] = column
    return new + (value == 0)


@njit(cache=True, nogil=True)
def _move(row: np.ndarray, found: np.ndarray, columns: np.ndarray, units: np.ndarray, ascending: bool) -> int:
    """Move the columns of a row that are not zero to ``columns`` and ``units``; returns their number."""
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
