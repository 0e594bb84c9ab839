"""Accuracy over minimal pairs, counted by hand, and its interval against SciPy."""

import numpy as np
import pytest
from scipy.stats import binomtest

from firth.measures.minimal_pairs import pair_accuracies, pair_points, wilson_interval


def test_the_better_text_must_be_more_probable_and_a_tie_counts_one_half() -> None:
    better = np.array([-1.0, -2.0, -3.0, -4.0, -np.inf, -1.0])
    worse = np.array([-2.0, -1.0, -3.0, -4.0 + 1e-9, -np.inf, -np.inf])
    found = pair_accuracies(better, worse, ["y", "x", "y", "", "x", ""])
    assert [tuple(row[:4]) for row in found] == [("all", 6, 3, 3.5 / 6), ("x", 2, 1, 0.25), ("y", 2, 1, 0.75)]
    assert (found[0].low, found[0].high) == wilson_interval(3.5 / 6, 6)


def test_a_score_that_is_no_number_gives_no_points() -> None:
    better, worse = np.array([np.nan, -1.0, -np.inf, -1.0]), np.array([-1.0, np.nan, -np.inf, -2.0])
    assert np.array_equal(pair_points(better, worse), [np.nan, np.nan, 0.5, 1.0], equal_nan=True)


@pytest.mark.parametrize(("successes", "trials"), [(0, 1), (1, 1), (7, 20), (250, 250), (0, 9)])
def test_the_interval_is_wilson_s(successes: int, trials: int) -> None:
    wanted = binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson_interval(successes / trials, trials) == pytest.approx((wanted.low, wanted.high), abs=1e-12)
