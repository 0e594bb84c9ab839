"""Numbers below what makes sense are refused by name, also where no command line has checked them."""

import math

import pytest

from firth.ask.asked_numbers import verify_at_least
from firth.errors import FirthError


def test_numbers_from_the_limit_on_are_taken() -> None:
    verify_at_least(1, count=1, beam_size=20)
    verify_at_least(0, temperature=0.0)


@pytest.mark.parametrize(
    ("least", "name", "number", "told"),
    [
        (1, "count", 0, "count = 0: give 1 or more"),
        (1, "beam_size", -2, "beam_size = -2: give 1 or more"),
        (0, "temperature", -0.5, "temperature = -0.5: give 0 or more"),
        (0, "temperature", math.nan, "temperature = nan: give 0 or more"),
    ],
)
def test_smaller_numbers_are_named(least: int, name: str, number: float, told: str) -> None:
    with pytest.raises(FirthError, match=f"^{told}$"):
        verify_at_least(least, **{name: number})
