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
    return re.sub(r"\S+", lambda word: _without_secrets(word[0]), text)


def _without_secrets(word: str) -> str:
    """A word without white space, which may be an address, without its secrets."""
    start, *others = word.split("//")
    address = "//".join([_without_start(start), *map(_without_name, others)])
    scheme, separator, rest = address.partition("://")
    return scheme + separator + re.sub(r"[?#][^'\"]*", "", rest) if separator else address


def _without_start(word: str) -> str:
    """A word without the name and the password before its host; brackets and quotation marks before them stay."""
    found = re.match(r"([\[({'\"]*+)[^/@:]*+:(?!\d+/).*@(.*)", word)
    return found[1] + found[2] if found else word


def _without_name(address: str) -> str:
    """An address from its host on, without name and password, in which a character may lack its escape."""
    authority = re.split("[/?#]", address, maxsplit=1)[0]
    if "@" in authority:
        return address[authority.rindex("@") + 1 :]
    is_host = re.fullmatch(r"(\[.*\]|[^:]*)(:\d*)?", authority)
    return address if is_host else address.rpartition("@")[2]


def listed(items: Sequence[str]) -> str:
    """Items as they stand in a message: the first ten, and how many more there are."""
    more = f" and {len(items) - MOST:,} more" if len(items) > MOST else ""
    return ", ".join(map(shown, items[:MOST])) + more
