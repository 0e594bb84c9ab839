"""Errors for people: one line that says what is wrong, where, and what to do."""

import re
from collections.abc import Sequence

LONGEST = 80  # characters of a quoted value
MOST = 10  # items of a list


class FirthError(Exception):
    """Something a person can mend; the command line prints it as one line and exits with status 2."""


def shown(value: str) -> str:
    """A value from outside as it stands in a message: at most 80 characters, no secret, invisible ones as U+XXXX."""
    value = without_secrets(value)
    kept = value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
    return "".join(character if character.isprintable() else f"U+{ord(character):04X}" for character in kept)


def without_secrets(text: str) -> str:
    """A text whose addresses have lost names, passwords and queries, which may hold a key.

    ``https://HOST/PATH`` for ``https://ME:SECRET@HOST/PATH?key=SECRET``, and ``HOST/PATH`` for ``ME:SECRET@HOST/PATH``.
    """
    text = re.sub(r"//[^/\s]*@", "//", text)
    text = re.sub(r"(?<![^\s/])([\[({'\"]*+)[^\s/@:]*:[^\s/]*@", r"\1", text)  # no scheme
    return re.sub(r"(?<![^\s'\"])([^\s?#'\"]*+)[?#][^\s'\"]*", _without_query, text)


def _without_query(found: re.Match[str]) -> str:
    return found[1] if "://" in found[1] else found[0]


def listed(items: Sequence[str]) -> str:
    """Items as they stand in a message: the first ten, and how many more there are."""
    more = f" and {len(items) - MOST:,} more" if len(items) > MOST else ""
    return ", ".join(map(shown, items[:MOST])) + more
