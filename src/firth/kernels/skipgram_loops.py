"""The compiled loops of skip-gram with negative sampling on a CPU.

Equal to ``plain_learn_block``, a loop over pairs in NumPy. On 26.5 million words of film reviews, dimension 100 and two
cores, ``benchmarks/skipgram.py`` measured 2,515,000 words a second, and 449,000 for gensim 4.4 (5.6 times, the ratio of
the rates averaged over three seeds).

A block of consecutive words shares its negatives (Ji et al. 2016, section III, who share them within one window), so
that each row is fetched once a block and the work is small matrix products that vectorize. One block is one step of SGD
on ``skipgram_loss.negative_sampling_loss``: all gradients are taken at the vectors before the step. Only the vector of
a word that occurs often within one block moves by less (``_share``).

Shapes: V vocabulary size, P padded dimension, T words of the text, N negatives.
"""

import numpy as np
from numba import njit

from firth.kernels.skipgram_sampling import draw_noise, draw_text

BLOCK = 16  # words that share negatives
SHARED_NEGATIVES = 16  # a multiple of 4, for a loop that is unrolled
REPEATS = 4  # occurrences of a word in a block that count in full; the vectors of "no no no no …" would diverge
LANES = 16  # floats of the widest vector unit; rows are padded to a multiple, so that no loop has a remainder
ENOUGH = 1024  # words sampled, sentence by sentence, before they are learned from
BLOCKS_PER_LOSS = 16  # the loss is measured on every sixteenth block: logarithms take as long as all the rest

# A table of the logistic function for linear interpolation, exact to 2e-7.
STEPS = 256
BOUND = 16
TABLE = (1 / (1 + np.exp(-np.arange(-BOUND, BOUND + 2 / STEPS, 1 / STEPS)))).astype(np.float32)

FAST = {"reassoc", "contract", "nsz", "arcp"}  # sums may be reordered into vectors; NaN and infinity are respected


def plain_learn_block(
    words: np.ndarray,
    contexts: np.ndarray,
    text: np.ndarray,
    sentence: np.ndarray,
    windows: np.ndarray,
    first: int,
    last: int,
    negatives: np.ndarray,
    negative_samples: float,
    rate: float,
    context_window: int,
) -> tuple[int, float]:
    """The plain version of ``learn_block``: the same step, pair by pair; ``context_window``: the largest size."""
    old_words, old_contexts = words.copy(), contexts.copy()

    def move(vectors: np.ndarray, occurrences: list[int], change: np.ndarray, word: int) -> None:
        vectors[word] += change * REPEATS / max(occurrences.count(word), REPEATS)

    def sigmoid(logit: float) -> float:
        return float(1 / (1 + np.exp(-logit)))

    block, noise = text[first:last].tolist(), negatives.tolist()
    around = text[max(first - context_window, 0) : last + context_window].tolist()
    pairs, loss = 0, 0.0
    for position in range(first, last):
        word, window = int(text[position]), int(windows[position])
        v = old_words[word]
        for other in range(max(position - window, 0), min(position + window + 1, len(text))):
            if other == position or sentence[other] != sentence[position]:
                continue
            pairs += 1
            context = int(text[other])
            u = old_contexts[context]
            loss -= np.log(sigmoid(u @ v))
            slope = rate * (1 - sigmoid(u @ v))
            move(words, block, slope * u, word)
            move(contexts, around, slope * v, context)
            for negative in noise:
                n = old_contexts[negative]
                weight = negative_samples / len(noise)
                loss -= weight * np.log(sigmoid(-n @ v))
                slope = rate * weight * sigmoid(n @ v)
                move(words, block, -slope * n, word)
                move(contexts, noise, -slope * v, negative)
    return pairs, loss


def padded(dimension: int) -> int:
    """The columns P of a row of ``dimension`` in the loops, a multiple of ``LANES``."""
    return -(-dimension // LANES) * LANES


@njit(inline="always")
def _sigmoid(x):  # type: ignore[no-untyped-def]
    position = (min(max(x, np.float32(-BOUND)), np.float32(BOUND)) + np.float32(BOUND)) * np.float32(STEPS)
    # Of NaN too, which then comes out again.
    cell = min(max(np.int32(position), np.int32(0)), np.int32(2 * BOUND * STEPS))
    low = TABLE[cell]
    return low + (position - np.float32(cell)) * (TABLE[cell + 1] - low)


@njit(nogil=True, fastmath=FAST, cache=True, error_model="numpy")
def learn_block(  # type: ignore[no-untyped-def]
    words, contexts, text, sentence, windows, first, last, negatives, negative_samples, rate, scratch, measured
):
    """One step of SGD on the pairs of the words ``text[first:last]``, at most ``BLOCK`` of them.

    Parameters
    ----------
    words, contexts : (V, P) float32, P from ``padded``; changed in place.
    text, sentence, windows : (T,) int32: ids, and each word's sentence number and window size.
    negatives : (N,) int32, whose mean stands for the expectation over the noise distribution.
    negative_samples, rate : float32: k, and the learning rate of the loss summed over pairs.
    scratch : ``scratch_arrays(…)``.
    measured : whether to add up the loss.

    Returns
    -------
    The number of pairs, and their summed loss in nats (0 if it is not measured).
    """
    own, own_change, near, near_change, noise, noise_change, weight = scratch
    largest = (len(near) - len(own)) // 2
    low, high = max(first - largest, 0), min(last + largest, len(text))
    _fetch(words, text[first:last], own, own_change)
    _fetch(contexts, text[low:high], near, near_change)
    _fetch(contexts, negatives, noise, noise_change)
    pairs, loss = 0, 0.0
    for position in range(first, last):
        i = position - first
        begin, end = max(position - windows[position], 0), min(position + windows[position] + 1, len(text))
        taken = 0
        for other in range(begin, end):
            if other != position and sentence[other] == sentence[position]:
                taken += 1
                logit = _learn_pair(own[i], own_change[i], near[other - low], near_change[other - low], rate)
                if measured:
                    loss += np.log1p(np.exp(-np.float64(logit)))
        pairs += taken
        times = negative_samples * np.float32(taken) / np.float32(len(negatives))  # that each negative counts
        _products(own[i], noise, weight[i])
        if measured:
            for n in range(len(negatives)):
                loss += times * np.log1p(np.exp(np.float64(weight[i, n])))
        for n in range(len(negatives)):
            weight[i, n] = -rate * times * _sigmoid(weight[i, n])
        _add_weighted(own_change[i], weight[i], noise)
    for n in range(len(negatives)):
        _add_weighted(noise_change[n], weight[: last - first, n], own)
    _add_changes(words, text[first:last], own_change)
    _add_changes(contexts, text[low:high], near_change)
    _add_changes(contexts, negatives, noise_change)
    return pairs, loss


@njit(inline="always")
def _fetch(vectors, ids, rows, changes):  # type: ignore[no-untyped-def]
    for position in range(len(ids)):
        row = vectors[ids[position]]
        for d in range(len(row)):  # one by one: an assignment of arrays takes seconds more to compile
            rows[position, d] = row[d]
            changes[position, d] = 0


@njit(inline="always")
def _learn_pair(v, dv, u, du, rate):  # type: ignore[no-untyped-def]
    """Add the gradient steps of a true pair to the changes of both vectors; returns the pair's logit."""
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
    """The dot products of v with all rows, four rows at a time, so that v is read once for four of them."""
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
    """Add the weighted rows, eight at a time, so that the total is read and written once for eight of them."""
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
    for position in range(len(ids)):
        row, share = vectors[ids[position]], _share(ids, position)
        for d in range(len(row)):
            row[d] += share * changes[position, d]


@njit(inline="always")
def _share(ids, position):  # type: ignore[no-untyped-def]
    """1 for a word that occurs among the ids up to ``REPEATS`` times, REPEATS / m for one that occurs m times."""
    times = 0
    for other in range(len(ids)):
        times += ids[other] == ids[position]
    return np.float32(REPEATS) / np.float32(max(times, REPEATS))


@njit(nogil=True, cache=True)
def scratch_arrays(columns, window):  # type: ignore[no-untyped-def]
    """Memory for the rows of one block and their changes: words, words around them, negatives; and weights."""
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
def learn_text(words, contexts, ids, starts, stops, keep, own_share, other, window, negative_samples, rate, seed):  # type: ignore[no-untyped-def]
    """Learn from the sentences ``ids[starts[i]:stops[i]]``.

    Parameters
    ----------
    words, contexts : (V, P) float32; changed in place.
    keep : (V,) uint64, the probability that subsampling keeps each word, times 2^32.
    own_share, other : the noise distribution's alias table.
    seed : uint64; decides every random number.

    Returns
    -------
    The number of pairs, the number of pairs whose loss was measured, and the summed loss of these in nats.
    """
    state = np.array([seed], dtype=np.uint64)
    longest = 0
    for number in range(len(starts)):
        longest = max(longest, stops[number] - starts[number])
    capacity = ENOUGH + longest
    text, sentence = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    windows = np.empty(capacity, np.int32)
    negatives = np.empty(SHARED_NEGATIVES, np.int32)
    scratch = scratch_arrays(words.shape[1], window)
    size = block = pairs = measured_pairs = 0
    loss = 0.0
    for number in range(len(starts)):
        size = draw_text(ids, starts[number], stops[number], number, keep, window, state, text, sentence, windows, size)
        if size < ENOUGH and number < len(starts) - 1:
            continue
        for first in range(0, size, BLOCK):
            draw_noise(own_share, other, state, negatives)
            measured = block % BLOCKS_PER_LOSS == 0
            block_pairs, block_loss = learn_block(
                words, contexts, text[:size], sentence[:size], windows[:size], first, min(first + BLOCK, size),
                negatives, negative_samples, rate, scratch, measured,
            )  # fmt: skip
            pairs += block_pairs
            if measured:
                measured_pairs += block_pairs
                loss += block_loss
            block += 1
        size = 0
    return pairs, measured_pairs, loss


@njit(nogil=True, fastmath=FAST, cache=True)
def synchronize(words, copies, damping, start, stop):  # type: ignore[no-untyped-def]
    """Add the damped sum of the copies' changes to the rows ``start`` … ``stop`` − 1, and update the copies.

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
