"""What the page says about the words that an encoder–decoder reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
