"""The spread of a number over trainings."""

import numpy as np
import pytest
from scipy import stats

from firth.measures.seed_spread import Spread, largest_difference, spread


def test_mean_and_standard_deviation_by_hand() -> None:
    assert spread([1, 2, 6]) == pytest.approx((3, 7**0.5, 3))  # (4 + 1 + 9) / 2


def test_the_largest_difference_takes_the_quantile_of_as_many_trainings() -> None:
    assert largest_difference(Spread(9, 1, 5)) == pytest.approx(2.776 * 2**0.5, abs=1e-3)  # from a table of t
    assert largest_difference(Spread(9, 2, 2)) == pytest.approx(2 * 12.706 * 2**0.5, abs=1e-2)
    assert largest_difference(Spread(9, 0, 5)) == 0


def test_one_pair_of_trainings_in_twenty_differs_by_more() -> None:
    drawn = np.random.default_rng(1).normal(50, 3, (20_000, 6))  # four trainings with other seeds, and a pair
    quantile = stats.t.ppf(0.975, 3) * 2**0.5
    beyond = np.abs(drawn[:, 4] - drawn[:, 5]) > quantile * drawn[:, :4].std(axis=1, ddof=1)
    assert beyond.mean() == pytest.approx(0.05, abs=0.005)
    assert largest_difference(spread(drawn[0, :4].tolist())) == pytest.approx(quantile * drawn[0, :4].std(ddof=1))
