"""The texts of a question in the page's address, within their limits, and what the page says of unknown words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from firth.ask.asked_text import asked
from firth.ask.unknown_words import NAMED
from firth.errors import FirthError

if TYPE_CHECKING:
    from firth.ask.spelling import Spelling

LONGEST_TEXT = 500  # characters

Query = Mapping[str, str]


def asked_text(query: Query, key: str, name: str, longest: int = LONGEST_TEXT) -> str:
    """A text of a question in the normal form of all text; empty if the question lacks it.

    Parameters
    ----------
    name : what the text is, for the error.
    longest : characters allowed.

    Raises
    ------
    FirthError
        If the text is longer, or as ``ask.asked_text.asked``.
    """
    return asked(_within(query, key, name, longest), name)


def asked_lines(query: Query, key: str, name: str, longest: int) -> list[str]:
    """The lines of a text of a question, each in the normal form of all text; blank lines are skipped.

    Parameters and errors are those of ``asked_text``.
    """
    lines = (asked(line, name) for line in _within(query, key, name, longest).splitlines())
    return [line for line in lines if line]


def _within(query: Query, key: str, name: str, longest: int) -> str:
    text = query.get(key, "")
    if len(text) > longest:
        raise FirthError(f"the {name} has {len(text):,} characters; give {longest:,} at most")
    return text


def unknown_with_advice(words: Sequence[str], spelling: Spelling) -> list[dict[str, str]]:
    """Unknown words; the first of them with the known words that are spelled like it, as the end of a sentence."""
    return [
        {"word": word, "advice": spelling.advice(word) if number < NAMED else ""} for number, word in enumerate(words)
    ]
