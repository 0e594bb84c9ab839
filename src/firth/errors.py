"""Errors for people: one line that says what is wrong, where, and what to do."""

import re
from collections.abc import Sequence

LONGEST = 80  # characters of a quoted value
MOST = 10  # items of a list


class FirthError(Exception):
    """Something a person can mend; the command line prints it as one line and exits with status 2."""


def shown(value: str) -> str:
    """A value from outside as it stands in a message: at most 80 characters, no password, invisible ones as U+XXXX."""
    value = without_passwords(value)
    kept = value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
    return "".join(character if character.isprintable() else f"U+{ord(character):04X}" for character in kept)


def without_passwords(text: str) -> str:
    """A text whose addresses have lost names and passwords: ``https://HOST`` for ``https://ME:SECRET@HOST``."""
    return re.sub(r"//[^/\s]*@", "//", text)


def listed(items: Sequence[str]) -> str:
    """Items as they stand in a message: the first ten, and how many more there are."""
    more = f" and {len(items) - MOST:,} more" if len(items) > MOST else ""
    return ", ".join(map(shown, items[:MOST])) + more
