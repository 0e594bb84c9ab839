"""How far a headline number spreads over trainings that differ in their random numbers alone."""

from collections.abc import Sequence
from math import sqrt
from statistics import mean, stdev
from typing import NamedTuple

PROBABILITY = 0.975  # of a two-sided test at 5 %


class Spread(NamedTuple):
    """Mean and standard deviation (with n − 1) of a number over ``n`` trainings."""

    mean: float
    standard_deviation: float
    n: int


def spread(values: Sequence[float]) -> Spread:
    """The spread of two or more values."""
    return Spread(mean(values), stdev(values), len(values))


def largest_difference(found: Spread) -> float:
    """The largest difference between two trainings that random numbers alone explain: t · s · √2.

    The difference of two trainings has the standard deviation s · √2; t is the 0.975 quantile of Student's distribution
    with n − 1 degrees of freedom, since s is estimated from n trainings.
    """
    from scipy.special import stdtrit  # takes a while

    return float(stdtrit(found.n - 1, PROBABILITY)) * found.standard_deviation * sqrt(2)
