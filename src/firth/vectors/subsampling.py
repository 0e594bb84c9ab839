"""Subsampling of frequent words."""

import numpy as np


def keep_probabilities(counts: np.ndarray, threshold: float) -> np.ndarray:
    """The probability that subsampling keeps an occurrence of each word, (V,); 1 for words without counts.

    √(t / f) for a word whose relative frequency f exceeds the threshold t, otherwise 1 (Mikolov et al. 2013, section
    2.3; Levy, Goldberg & Dagan 2015, section 3.1); a threshold of 0 keeps every word.
    """
    kept = np.ones(len(counts))
    if threshold > 0:
        expected = threshold * counts.sum()
        frequent = counts > expected
        kept[frequent] = np.sqrt(expected / counts[frequent])
    return kept
