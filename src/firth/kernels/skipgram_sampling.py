"""The compiled samplers of skip-gram: negatives, and the subsampled text with its window sizes."""

import numpy as np
from numba import njit

from firth.kernels.splitmix import GOLDEN_GAMMA, mix


@njit(inline="always")
def _random(state: np.ndarray) -> int:
    """32 random bits: the upper half of splitmix64 (Steele, Lea & Flood 2014)."""
    state[0] += np.uint64(GOLDEN_GAMMA)
    return mix(state[0]) >> np.uint64(32)


@njit(nogil=True, cache=True)
def draw_noise(own_share, other, state, negatives):  # type: ignore[no-untyped-def]
    """Fill ``negatives`` with words of the noise distribution, by its ``pair_sampling.alias_table``."""
    for n in range(len(negatives)):
        cell = np.int32((_random(state) * np.uint64(len(other))) >> np.uint64(32))
        negatives[n] = cell if _random(state) < own_share[cell] else other[cell]


@njit(nogil=True, cache=True)
def draw_text(ids, start, stop, number, keep, window, state, text, sentence, windows, size):  # type: ignore[no-untyped-def]
    """Append the words of ``ids[start:stop]`` that subsampling keeps to ``text``, with window sizes; the new size."""
    for position in range(start, stop):
        if _random(state) < keep[ids[position]]:
            text[size] = ids[position]
            sentence[size] = number
            windows[size] = np.int32(1 + _random(state) % np.uint64(window))
            size += 1
    return size
