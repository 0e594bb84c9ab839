"""What the page says about the outputs of encoder–decoders: the words that they read, and the true output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firth.ask.spelling import Spelling
from firth.ask.unknown_words import NAMED
from firth.errors import shown
from firth.live.asked_query import unknown_with_advice

if TYPE_CHECKING:
    from firth.ask.line_decoding import DecodedText, LineDecoder, TaskText


def remarks(decoded: DecodedText, decoder: LineDecoder) -> dict[str, Any]:
    """What there is to say about an output of greedy search, as JSON data.

    Returns
    -------
    dict
        ``notes``, on the search, on words that are read in subwords and on the output; ``unknown``, words of the source
        that are read as ``<unk>``, the first of them with words that are spelled alike.
    """
    text, beam = decoder.text, decoder.search.beam_size
    greedy = [f"the search is greedy here, and may end in another output than the evaluation's beam of {beam}"]
    return {
        "notes": [*(greedy if beam > 1 else []), *_read_in_pieces(decoded, text), *decoded.notes],
        "unknown": unknown_with_advice(decoded.unknown, Spelling(text.source)) if decoded.unknown else [],
    }


def _read_in_pieces(decoded: DecodedText, text: TaskText) -> list[str]:
    """A note on every word of the source that is read in subwords, as training never had it."""
    spelling = Spelling(sorted(text.words or ())) if decoded.unseen else None
    return [
        f"{shown(word)} was never in the training text, so that it is read in pieces"
        f"{spelling.advice(word) if spelling and number < NAMED else ''}"
        for number, word in enumerate(decoded.unseen)
    ]


def compared_outputs(answers: list[dict[str, Any]], reference: dict[str, Any]) -> dict[str, Any]:
    """The answers of several encoder–decoders to one question, compared with the true output.

    Parameters
    ----------
    answers : each with ``text`` and what ``remarks`` gives, or with ``error``.
    reference : the true output as ``text``, or ``error``.

    Returns
    -------
    dict
        ``reference``; ``models``, the answers without ``unknown``, with whether the text of each ``is_reference``
        (None: not known); ``notes`` that all have, which are taken away from each; ``unknown``.
    """
    unknown = [answer.pop("unknown") for answer in answers if "unknown" in answer]
    for answer in answers:
        answer["is_reference"] = answer.get("text") == reference["text"] if "text" in reference else None
    return {
        "reference": reference,
        "notes": take_common_notes(answers),
        "models": answers,
        "unknown": unknown[0] if unknown else [],
    }


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
