"""What the page says about the words that an encoder–decoder reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firth.ask.spelling import Spelling
from firth.ask.unknown_words import NAMED
from firth.errors import shown
from firth.live.asked_query import unknown_with_advice

if TYPE_CHECKING:
    from firth.ask.line_decoding import DecodedText, TaskText


def unknown_words(decoded: DecodedText, text: TaskText) -> list[dict[str, str]]:
    """Words of a source that are read as ``<unk>``; the first of them with words that are spelled alike."""
    return unknown_with_advice(decoded.unknown, Spelling(text.source)) if decoded.unknown else []


def notes_on(decoded: DecodedText, text: TaskText) -> list[str]:
    """Notes on an output, and on words of the source that are read in subwords, as training never had them."""
    spelling = Spelling(sorted(text.words or ())) if decoded.unseen else None
    pieces = [
        f"{shown(word)} was never in the training text, so that it is read in pieces"
        f"{spelling.advice(word) if spelling and number < NAMED else ''}"
        for number, word in enumerate(decoded.unseen)
    ]
    return [*pieces, *decoded.notes]


def take_common_notes(answers: list[dict[str, Any]]) -> list[str]:
    """The ``notes`` that all answers have, which are taken away from each.

    Parameters
    ----------
    answers : of several models to one question; those with ``error`` are left as they are.
    """
    noted = [answer for answer in answers if "notes" in answer]
    common = [note for note in noted[0]["notes"] if all(note in answer["notes"] for answer in noted)] if noted else []
    for answer in noted:
        answer["notes"] = [note for note in answer["notes"] if note not in common]
    return common
