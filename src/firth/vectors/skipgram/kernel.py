"""The compiled loops of skip-gram with negative sampling on a CPU.

A block of consecutive words shares its negatives (Ji et al. 2016, section III: shared within one window; here within
``BLOCK`` of them), so that each row is fetched once a block and the work is small matrix products that vectorize. One
block is one step of SGD on ``loss.negative_sampling_loss``: all gradients are of the vectors before the step. Only a
word that fills much of a block moves by less.
"""

import numpy as np
from numba import njit

from firth.vectors.subsampling import GOLDEN_GAMMA, mix

BLOCK = 16  # words that share negatives
SHARED_NEGATIVES = 16  # a multiple of 4, for a loop that is unrolled
REPEATS = 4  # of a word in a block that count in full: its changes are made apart, and "no no no no …" would run away
LANES = 16  # floats of the widest vector unit; rows are padded to a multiple, so that no loop has a remainder
ENOUGH = 1024  # words are sampled, sentence by sentence, before they are learned from
BLOCKS_PER_LOSS = 16  # the loss is measured on every sixteenth block: logarithms take as long as all the rest

# A table of the logistic function, read with linear interpolation: off by less than 2e-7.
STEPS = 256
BOUND = 16
TABLE = (1 / (1 + np.exp(-np.arange(-BOUND, BOUND + 2 / STEPS, 1 / STEPS)))).astype(np.float32)

FAST = {
    "reassoc",
    "contract",
    "nsz",
    "arcp",
}  # lets sums be reordered into vectors; NaN and infinity stay what they are


def padded(dimension: int) -> int:
    """The number of columns that a row of ``dimension`` has in the loops."""
    return -(-dimension // LANES) * LANES


@njit(inline="always")
def _sigmoid(x):  # type: ignore[no-untyped-def]
    place = (min(max(x, np.float32(-BOUND)), np.float32(BOUND)) + np.float32(BOUND)) * np.float32(STEPS)
    cell = min(max(np.int32(place), np.int32(0)), np.int32(2 * BOUND * STEPS))  # of NaN too, which then comes out again
    low = TABLE[cell]
    return low + (place - np.float32(cell)) * (TABLE[cell + 1] - low)


@njit(inline="always")
def _random(state: np.ndarray) -> int:
    """32 random bits: the upper half of splitmix64 (Steele, Lea & Flood 2014)."""
    state[0] += np.uint64(GOLDEN_GAMMA)
    return mix(state[0]) >> np.uint64(32)


@njit(nogil=True, fastmath=FAST, cache=True, error_model="numpy")
def learn_block(words, contexts, text, sentence, reach, first, last, negatives, negative_samples, rate, room, measured):  # type: ignore[no-untyped-def]
    """One step of SGD on the pairs of the words ``text[first:last]``, at most ``BLOCK``.

    Parameters
    ----------
    words, contexts : (V, P) float32, P from ``padded``; changed in place.
    text, sentence, reach : (T,) int32: ids, the number of each one's sentence, and how far each one's window reaches.
    negatives : (N,) int32.
    negative_samples, rate : float32: k, and the learning rate of the loss summed over pairs.
    room : ``scratch(…)``.
    measured : whether to add up the loss.

    Returns
    -------
    The number of pairs, and their summed loss in nats (0 if it is not measured).
    """
    own, own_change, near, near_change, noise, noise_change, weight = room
    window = (len(near) - len(own)) // 2
    low, high = max(first - window, 0), min(last + window, len(text))
    _fetch(words, text[first:last], own, own_change)
    _fetch(contexts, text[low:high], near, near_change)
    _fetch(contexts, negatives, noise, noise_change)
    pairs = 0
    loss = 0.0
    for place in range(first, last):
        i = place - first
        begin, end = max(place - reach[place], 0), min(place + reach[place] + 1, len(text))
        taken = 0
        for other in range(begin, end):
            if other != place and sentence[other] == sentence[place]:
                taken += 1
                logit = _learn_pair(own[i], own_change[i], near[other - low], near_change[other - low], rate)
                if measured:
                    loss += np.log1p(np.exp(-np.float64(logit)))
        pairs += taken
        told = negative_samples * np.float32(taken) / np.float32(len(negatives))  # times that each negative counts
        _products(own[i], noise, weight[i])
        if measured:
            for n in range(len(negatives)):
                loss += told * np.log1p(np.exp(np.float64(weight[i, n])))
        for n in range(len(negatives)):
            weight[i, n] = -rate * told * _sigmoid(weight[i, n])
        _add_weighted(own_change[i], weight[i], noise)
    for n in range(len(negatives)):
        _add_weighted(noise_change[n], weight[: last - first, n], own)
    _add_changes(words, text[first:last], own_change)
    _add_changes(contexts, text[low:high], near_change)
    _add_changes(contexts, negatives, noise_change)
    return pairs, loss


@njit(inline="always")
def _fetch(vectors, ids, rows, changes):  # type: ignore[no-untyped-def]
    for place in range(len(ids)):
        rows[place] = vectors[ids[place]]
        changes[place] = 0


@njit(inline="always")
def _learn_pair(v, dv, u, du, rate):  # type: ignore[no-untyped-def]
    """Add the changes that a word and its context make to each other; their logit."""
    logit = np.float32(0)
    for d in range(len(v)):
        logit += u[d] * v[d]
    step = rate * (np.float32(1) - _sigmoid(logit))
    for d in range(len(v)):
        dv[d] += step * u[d]
        du[d] += step * v[d]
    return logit


@njit(inline="always")
def _products(v, rows, out):  # type: ignore[no-untyped-def]
    """The dot products of v with all rows, four at a time: each number of v is read once for four of them."""
    for n in range(0, len(rows), 4):
        u0, u1, u2, u3 = rows[n], rows[n + 1], rows[n + 2], rows[n + 3]
        s0 = s1 = s2 = s3 = np.float32(0)
        for d in range(len(v)):
            s0 += v[d] * u0[d]
            s1 += v[d] * u1[d]
            s2 += v[d] * u2[d]
            s3 += v[d] * u3[d]
        out[n], out[n + 1], out[n + 2], out[n + 3] = s0, s1, s2, s3


@njit(inline="always")
def _add_weighted(total, weight, rows):  # type: ignore[no-untyped-def]
    """Add the weighted rows, eight at a time: the total is read and written once for eight of them."""
    whole = len(weight) // 8 * 8
    for n in range(0, whole, 8):
        r0, r1, r2, r3, r4, r5, r6, r7 = (
            rows[n], rows[n + 1], rows[n + 2], rows[n + 3], rows[n + 4], rows[n + 5], rows[n + 6], rows[n + 7],
        )  # fmt: skip
        w0, w1, w2, w3, w4, w5, w6, w7 = (
            weight[n], weight[n + 1], weight[n + 2], weight[n + 3],
            weight[n + 4], weight[n + 5], weight[n + 6], weight[n + 7],
        )  # fmt: skip
        for d in range(len(total)):
            total[d] += (w0 * r0[d] + w1 * r1[d] + w2 * r2[d] + w3 * r3[d]) + (
                w4 * r4[d] + w5 * r5[d] + w6 * r6[d] + w7 * r7[d]
            )
    for n in range(whole, len(weight)):
        for d in range(len(total)):
            total[d] += weight[n] * rows[n, d]


@njit(inline="always")
def _add_changes(vectors, ids, changes):  # type: ignore[no-untyped-def]
    for place in range(len(ids)):
        row, share = vectors[ids[place]], _share(ids, place)
        for d in range(len(row)):
            row[d] += share * changes[place, d]


@njit(inline="always")
def _share(ids, place):  # type: ignore[no-untyped-def]
    """1 for a word that stands among the ids up to ``REPEATS`` times; if it stands there m times, REPEATS / m."""
    times = 0
    for other in range(len(ids)):
        times += ids[other] == ids[place]
    return np.float32(REPEATS) / np.float32(max(times, REPEATS))


@njit(nogil=True, cache=True)
def scratch(columns, window):  # type: ignore[no-untyped-def]
    """Room for the rows of one block and their changes: words, those around them, negatives, weights."""
    around = BLOCK + 2 * window
    return (
        np.empty((BLOCK, columns), np.float32),
        np.empty((BLOCK, columns), np.float32),
        np.empty((around, columns), np.float32),
        np.empty((around, columns), np.float32),
        np.empty((SHARED_NEGATIVES, columns), np.float32),
        np.empty((SHARED_NEGATIVES, columns), np.float32),
        np.empty((BLOCK, SHARED_NEGATIVES), np.float32),
    )


@njit(nogil=True, cache=True)
def draw_noise(own_share, other, state, negatives):  # type: ignore[no-untyped-def]
    """Fill ``negatives`` with words of the noise distribution, by its alias table (``sampling.alias_table``)."""
    for n in range(len(negatives)):
        cell = np.int32((_random(state) * np.uint64(len(other))) >> np.uint64(32))
        negatives[n] = cell if _random(state) < own_share[cell] else other[cell]


@njit(nogil=True, cache=True)
def draw_text(ids, start, stop, number, keep, window, state, text, sentence, reach, size):  # type: ignore[no-untyped-def]
    """Append what subsampling leaves of ``ids[start:stop]`` to ``text``, each with its window; the new size."""
    for place in range(start, stop):
        if _random(state) < keep[ids[place]]:
            text[size] = ids[place]
            sentence[size] = number
            reach[size] = np.int32(1 + _random(state) % np.uint64(window))
            size += 1
    return size


@njit(nogil=True, cache=True)
def learn_text(words, contexts, ids, starts, stops, keep, own_share, other, window, negative_samples, rate, seed):  # type: ignore[no-untyped-def]
    """Learn from the sentences ``ids[starts[i]:stops[i]]``.

    Parameters
    ----------
    words, contexts : (V, P) float32; changed in place.
    keep : (V,) uint64, the probability of each word to be kept, times 2^32.
    own_share, other : the noise distribution's alias table.
    seed : uint64; decides everything that is drawn.

    Returns
    -------
    Pairs learned from; pairs whose loss was measured; their summed loss in nats.
    """
    state = np.array([seed], dtype=np.uint64)
    longest = 0
    for number in range(len(starts)):
        longest = max(longest, stops[number] - starts[number])
    room_for_text = ENOUGH + longest
    text, sentence = np.empty(room_for_text, np.int32), np.empty(room_for_text, np.int32)
    reach = np.empty(room_for_text, np.int32)
    negatives = np.empty(SHARED_NEGATIVES, np.int32)
    room = scratch(words.shape[1], window)
    size = block = pairs = measured_pairs = 0
    loss = 0.0
    for number in range(len(starts)):
        size = draw_text(ids, starts[number], stops[number], number, keep, window, state, text, sentence, reach, size)
        if size < ENOUGH and number < len(starts) - 1:
            continue
        for first in range(0, size, BLOCK):
            draw_noise(own_share, other, state, negatives)
            measured = block % BLOCKS_PER_LOSS == 0
            block_pairs, block_loss = learn_block(
                words, contexts, text[:size], sentence[:size], reach[:size], first, min(first + BLOCK, size),
                negatives, negative_samples, rate, room, measured,
            )  # fmt: skip
            pairs += block_pairs
            if measured:
                measured_pairs += block_pairs
                loss += block_loss
            block += 1
        size = 0
    return pairs, measured_pairs, loss


@njit(nogil=True, fastmath=FAST, cache=True)
def meet(words, copies, damping, start, stop):  # type: ignore[no-untyped-def]
    """Add the damped sum of the copies' changes to the rows ``start`` to ``stop``, and bring the copies up to date.

    words : (V, D); copies : (S, V, P); damping : (V,); all float32.
    """
    for row in range(start, stop):
        for d in range(words.shape[1]):
            before = words[row, d]
            change = np.float32(0)
            for copy in range(len(copies)):
                change += copies[copy, row, d] - before
            after = before + damping[row] * change
            words[row, d] = after
            for copy in range(len(copies)):
                copies[copy, row, d] = after
