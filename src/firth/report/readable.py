"""How numbers are written for people."""

import math
from typing import Any

DIGITS = 4
SMALLEST_POWER = -3  # of ten, that two digits are written without
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def readable(value: Any) -> str:
    """A metric as people read it: four significant digits (four decimals below 1), thousands apart, a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(readable(item) for item in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or value == 0:
        return f"{value:,.0f}"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -3:
        return f"{value:.{DIGITS - 1}g}"
    return f"{value:,.{min(max(DIGITS - 1 - magnitude, 0), DIGITS)}f}"


def short(value: float) -> str:
    """A count or a weight in a table of many: whole numbers as they are, others with two decimals."""
    return f"{value:,.0f}" if value == int(value) else f"{value:.2f}"


def two_digits(value: float) -> str:
    """A measure in a sentence, with two significant digits or more: 229, 0.22, 5.7·10⁻⁶."""
    digits, _, exponent = f"{value:.1e}".partition("e")
    power = int(exponent)
    if power < SMALLEST_POWER:
        return f"{digits}·10{str(power).translate(SUPERSCRIPTS)}"
    return f"{value:.{max(1 - power, 0)}f}"
