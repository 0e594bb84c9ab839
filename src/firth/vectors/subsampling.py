"""Subsampling of frequent words, and the random numbers that the compiled loops draw."""

import numpy as np
from numba import njit

GOLDEN_GAMMA = 0x9E3779B97F4A7C15  # what the state of SplitMix64 grows by from one number to the next


@njit(inline="always")
def mix(bits):  # type: ignore[no-untyped-def]
    """64 random bits from a state of SplitMix64, uint64 (Steele, Lea & Flood 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def keep_probabilities(counts: np.ndarray, threshold: float) -> np.ndarray:
    """The probability that subsampling keeps an occurrence of each word, (V,); 1 for words without counts.

    √(t / f) where a word's frequency f among all counts exceeds the threshold t (Mikolov et al. 2013, section 2.3;
    Levy, Goldberg & Dagan 2015, section 3.1); a threshold of 0 keeps every word.
    """
    kept = np.ones(len(counts))
    if threshold > 0:
        expected = threshold * counts.sum()
        frequent = counts > expected
        kept[frequent] = np.sqrt(expected / counts[frequent])
    return kept
