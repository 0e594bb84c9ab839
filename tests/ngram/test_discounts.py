"""Discounts worked out by hand."""

import numpy as np
import pytest

from firth.ngram.discounts import estimated_discounts


def counts_of(ones: int, twos: int, threes: int, fours: int) -> np.ndarray:
    """Counts of which so many are 1, 2, 3 and 4."""
    return np.repeat([1, 2, 3, 4], [ones, twos, threes, fours])


def test_discounts_follow_the_counts_of_counts() -> None:
    y = 10 / 20
    expected = (1 - 2 * y * 5 / 10, 2 - 3 * y * 3 / 5, 3 - 4 * y * 2 / 3)
    assert estimated_discounts(np.array([*counts_of(10, 5, 3, 2), 9])) == pytest.approx(expected)
    assert estimated_discounts(counts_of(10, 5, 3, 0)) == pytest.approx((0.5, 1.1, 3))


@pytest.mark.parametrize(
    "counts",
    [
        counts_of(0, 5, 3, 2),
        counts_of(10, 0, 3, 2),
        counts_of(10, 5, 0, 2),
        counts_of(9, 9, 27, 1),  # Y = 1/3, D2 = 2 - 3 * 1/3 * 3 < 0
        counts_of(9, 9, 9, 27),  # Y = 1/3, D3 = 3 - 4 * 1/3 * 3 < 0
        counts_of(9, 9, 18, 1),  # D2 = 2 - 3 * 1/3 * 2 = 0
        counts_of(9, 9, 12, 27),  # D3 = 3 - 4 * 1/3 * 9/4 = 0
        counts_of(7, 7, 14, 3),  # D2 = 0 but for the rounding of 1/3
    ],
)
def test_discounts_that_the_text_does_not_give_are_not_estimated(counts: np.ndarray) -> None:
    assert estimated_discounts(counts) is None
