"""Accuracy over minimal pairs: how often a language model gives the better of two texts the higher probability."""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from firth.measures.scorer import Floats

ALL = "all"  # the name of the group of all pairs
TIE = 1e-6  # nats; log-probabilities that differ by less are taken as equal
Z = NormalDist().inv_cdf(0.975)  # of a 95 % interval


class PairAccuracy(NamedTuple):
    """Accuracy over the pairs of one group; ``low`` and ``high`` are the ends of its 95 % interval."""

    group: str
    pairs: int
    ties: int
    accuracy: float
    low: float
    high: float


def pair_points(better: Floats, worse: Floats) -> Floats:
    """1 for each pair whose better text is more probable, 0.5 for a tie, otherwise 0; NaN where a score is NaN: (N,).

    Parameters
    ----------
    better, worse : (N,) log P of both texts of each pair, in nats.
    """
    with np.errstate(invalid="ignore"):
        differences = better - worse  # NaN for two texts of probability 0, which are a tie
    points = np.where((better == worse) | (np.abs(differences) < TIE), 0.5, differences > 0)
    return np.where(np.isnan(better) | np.isnan(worse), np.nan, points)


def pair_accuracies(better: Floats, worse: Floats, groups: Sequence[str]) -> list[PairAccuracy]:
    """The share of N pairs, one or more, in which the better text is more probable; a tie counts one half.

    Parameters
    ----------
    better, worse : as for ``pair_points``.
    groups : (N,) the group of each pair; empty for a pair without one.

    Returns
    -------
    The accuracy over all pairs, and then over each group, in order of name.
    """
    points = pair_points(better, worse)
    of_pair = np.array(groups)
    found = []
    for name in (ALL, *sorted(set(groups) - {""})):
        members = np.ones(len(points), bool) if name == ALL else of_pair == name
        pairs, ties = int(members.sum()), int((points[members] == 0.5).sum())
        accuracy = float(points[members].mean())
        found.append(PairAccuracy(name, pairs, ties, accuracy, *wilson_interval(accuracy, pairs)))
    return found


def wilson_interval(share: float, trials: int) -> tuple[float, float]:
    """The 95 % score interval of a probability (Wilson 1927), given the share of successes in independent trials."""
    center = share + Z**2 / (2 * trials)
    margin = Z * sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    scale = 1 + Z**2 / trials
    return max(0.0, (center - margin) / scale), min(1.0, (center + margin) / scale)
