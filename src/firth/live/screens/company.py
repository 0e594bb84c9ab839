"""Company: the lines in which a word stands, the words that stand near it, and what two words share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.ask.word_vectors import known_words
from firth.errors import FirthError
from firth.live.asked_query import asked_text
from firth.live.unanswered import or_error
from firth.live.word_spaces import context_window, count_rows, counted_text
from firth.text.vocabulary import EOS_ID

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from firth.live.asked_query import Query
    from firth.live.opened_models import OpenedModels
    from firth.live.word_spaces import CountedText
    from firth.text.streams import TokenStream

EXAMPLES = ("dog", "cat", "dogs", "good", "bathtub")  # the first two that the text knows
COMMON = 100  # in a text without them, the last two of so many most frequent words
LONGEST_WORD = 60  # characters
WEIGHTS = ("raw_counts", "ppmi")
LINES = 5
NEIGHBORS = 12
AROUND = 12  # tokens of a long line that are shown on either side of the word
LOOKED_THROUGH = 1 << 21  # tokens at once
ENOUGH = 200  # places of a word from which lines are chosen


def answer(models: OpenedModels, query: Query) -> dict[str, Any]:
    """The company of a word, and of a second one.

    Parameters
    ----------
    query : ``word``; ``other``, a second word, may be missing; ``weight`` of the neighbors, ``raw_counts`` or ``ppmi``.
        A question without a word is about an example.

    Returns
    -------
    dict
        ``word``, ``other`` (empty if there is none) and ``weight``; ``examples``, words to ask about; ``window``, how
        many places away a word is a neighbor; ``lines`` of the text, each with ``tokens``, the place of the word in
        them, ``at``, and whether the line was cut before and after them, ``cut``; ``company``; ``comparison`` with the
        other word, None if there is none.

        ``company`` has ``size``, of the vocabulary, ``nonzeros``, of the word's row, and ``neighbors``, each with
        ``word`` and ``value``; ``comparison`` has ``lines``, ``cosine``, ``degrees``, and ``shared``, the words that
        add most to the cosine, each with ``word`` and ``values``, those of both rows. Either may be ``error`` instead.

    Raises
    ------
    FirthError
        If the word is not in the vocabulary, or the text is not there.
    """
    text = counted_text(models)
    examples = [word for word in EXAMPLES if word in text.vocabulary] or text.vocabulary.tokens[EOS_ID + 1 :][:COMMON][
        -2:
    ]
    asked = asked_text(query, "word", "word", LONGEST_WORD) if "word" in query else next(iter(examples), "")
    other = asked_text(query, "other", "second word", LONGEST_WORD)
    weight = query.get("weight") or WEIGHTS[0]
    if weight not in WEIGHTS:
        raise FirthError(f"the weight of neighbors is one of {' and '.join(WEIGHTS)}")
    if not asked:
        raise FirthError("the word is empty; give one")
    (word,) = known_words([asked], text.spelling)
    window = context_window(models)
    return {
        "word": word,
        "other": other,
        "weight": weight,
        "examples": examples[:2],
        "window": window,
        "lines": _lines(text, word),
        "company": or_error(partial(_company, models, text, word, weight)),
        "comparison": or_error(partial(_comparison, models, text, word, other, weight)) if other else None,
    }


def _company(models: OpenedModels, text: CountedText, word: str, weight: str) -> dict[str, Any]:
    """The row of a word: its size, and its largest values."""
    row = _row(count_rows(models)[weight].matrix, text, word)
    best = np.argsort(-row, kind="stable")[:NEIGHBORS].tolist()
    return {
        "size": len(row),
        "nonzeros": int(np.count_nonzero(row)),
        "neighbors": [{"word": text.vocabulary.tokens[at], "value": float(row[at])} for at in best if row[at]],
    }


def _comparison(models: OpenedModels, text: CountedText, word: str, other: str, weight: str) -> dict[str, Any]:
    """The angle between the rows of two words, and where it comes from."""
    (other,) = known_words([other], text.spelling)
    matrix = count_rows(models)[weight].matrix
    first, second = _row(matrix, text, word), _row(matrix, text, other)
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    products = first * second
    best = np.argsort(-products, kind="stable")[:NEIGHBORS].tolist()
    cosine = min(1.0, float(products.sum()) / lengths) if lengths else None
    return {
        "word": other,
        "lines": _lines(text, other),
        "cosine": cosine,
        "degrees": None if cosine is None else math.degrees(math.acos(cosine)),
        "shared": [
            {"word": text.vocabulary.tokens[at], "values": [float(first[at]), float(second[at])]}
            for at in best
            if products[at]
        ],
    }


def _row(matrix: csr_array, text: CountedText, word: str) -> NDArray[np.float64]:
    """The row of a word, (V,)."""
    number = text.vocabulary.id(word)
    row: NDArray[np.float64] = matrix[[number]].toarray()[0].astype(np.float64)
    return row


def _lines(text: CountedText, word: str) -> list[dict[str, Any]]:
    """Some different lines with a word, from all over the part of the text that had to be looked through."""
    places = _places(text.stream, text.vocabulary.id(word))
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    # every so many places first, then those between, so that few lines come from all over
    for place in [place for start in range(LINES) for place in places[start :: max(1, len(places) // LINES)]]:
        line = _line(text, place)
        found.setdefault(tuple(line["tokens"]), line)
        if len(found) == LINES:
            break
    return list(found.values())


def _places(stream: TokenStream, number: int) -> Sequence[int]:
    """Where an id stands in a stream: ``ENOUGH`` places or all, from its beginning."""
    places: list[int] = []
    for start in range(0, len(stream.ids), LOOKED_THROUGH):
        places += (np.flatnonzero(stream.ids[start : start + LOOKED_THROUGH] == number) + start).tolist()
        if len(places) >= ENOUGH:
            break
    return places


def _line(text: CountedText, place: int) -> dict[str, Any]:
    """The sentence around a place of the stream, shortened if it is long."""
    offsets = text.stream.offsets
    sentence = int(np.searchsorted(offsets, place, side="right")) - 1
    first, last = int(offsets[sentence]), int(offsets[sentence + 1])
    start, end = max(first, place - AROUND), min(last, place + AROUND + 1)
    tokens = text.vocabulary.decode(text.stream.ids[start:end])
    return {"tokens": tokens, "at": place - start, "cut": [start > first, end < last]}
