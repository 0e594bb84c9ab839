"""Accuracy over minimal pairs: how often a language model gives the better of two texts the higher probability."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from firth.measures.scorer import Floats

ALL = "all"  # the name of the group of all pairs
TIE = 1e-6  # nats; log-probabilities that differ by less are taken as equal
Z = 1.959964  # the normal distribution has 95 % of its mass within so many standard deviations of the mean


class PairAccuracy(NamedTuple):
    """Accuracy over the pairs of one group; ``low`` and ``high`` are the ends of its 95 % interval."""

    group: str
    pairs: int
    ties: int
    accuracy: float
    low: float
    high: float


def pair_accuracies(better: Floats, worse: Floats, groups: Sequence[str]) -> list[PairAccuracy]:
    """The share of N pairs, one or more, in which the better text is more probable; a tie counts one half.

    Parameters
    ----------
    better, worse : (N,) log P of both texts of each pair, in nats.
    groups : (N,) the group of each pair; empty for a pair without one.

    Returns
    -------
    The accuracy over all pairs, and then over each group, in order of name.
    """
    with np.errstate(invalid="ignore"):
        differences = better - worse  # NaN for two texts of probability 0, a tie
    ties = ~(np.abs(differences) >= TIE)
    points = np.where(ties, 0.5, differences > 0)
    of_pair = np.array(groups)
    found = []
    for name in (ALL, *sorted(set(groups) - {""})):
        members = np.ones(len(points), bool) if name == ALL else of_pair == name
        pairs, accuracy = int(members.sum()), float(points[members].mean())
        found.append(PairAccuracy(name, pairs, int(ties[members].sum()), accuracy, *wilson_interval(accuracy, pairs)))
    return found


def wilson_interval(share: float, trials: int) -> tuple[float, float]:
    """The 95 % score interval of a probability (Wilson 1927), given the share of successes in independent trials."""
    center = share + Z**2 / (2 * trials)
    margin = Z * sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    scale = 1 + Z**2 / trials
    return max(0.0, (center - margin) / scale), min(1.0, (center + margin) / scale)
