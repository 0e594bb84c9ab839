"""Numbers for people, by hand."""

import pytest

from firth.report.readable import readable, two_digits


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1,234,567"),
        (12345.678, "12,346"),
        (82.3456, "82.35"),
        (1.0, "1.000"),
        (0.04, "0.0400"),
        (0.98765, "0.9877"),
        (-0.5, "-0.5000"),
        (0.000123456, "0.000123"),
        (0.0, "0"),
        (None, "–"),
        (True, "True"),
        ("13a", "13a"),
        ([1, 2.5], "1, 2.500"),
    ],
)
def test_numbers_are_written_as_people_read_them(value: object, text: str) -> None:
    assert readable(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (229.476, "229"),
        (12.3, "12"),
        (0.217, "0.22"),
        (0.0099999, "0.010"),
        (0.0012, "0.0012"),
        (5.739e-6, "5.7·10⁻⁶"),
        (3e-308, "3.0·10⁻³⁰⁸"),
        (0.0, "0.0"),
    ],
)
def test_measures_in_sentences_have_two_digits_and_no_exponent(value: float, text: str) -> None:
    assert two_digits(value) == text
