"""Map: words in the plane, the nearest words of one by every representation, and an analogy as arrows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.ask.word_vectors import known_words
from firth.errors import FirthError
from firth.live.asked_query import asked_text
from firth.live.placed_words import placed_words
from firth.live.unanswered import or_error
from firth.live.word_spaces import count_rows, counted_text, word_vectors

if TYPE_CHECKING:
    from collections.abc import Callable

    from firth.ask.word_vectors import Ranked
    from firth.live.asked_query import Query
    from firth.live.opened_models import OpenedModels

SPACES = ("word2vec", "svd")  # the map is of the first that is built
LONGEST_WORD = 60  # characters
NEAREST = 6
ANSWERS = 5  # to an analogy
ANALOGIES = (("dog", "dogs", "cat"), ("man", "men", "woman"), ("he", "his", "she"))
ANALOGY = ("a", "b", "c")


def answer(models: OpenedModels, query: Query) -> dict[str, Any]:
    """The map; the nearest words of a word; the answers to a : b = c : ?.

    Parameters
    ----------
    query : ``word``; ``a``, ``b`` and ``c`` of an analogy. Each may be missing.

    Returns
    -------
    dict
        ``space`` of the map; ``words``, the most frequent first, and their ``points`` (x, y); ``total``, the words with
        vectors; ``word``; ``nearest``, None without a word: for each representation ``ranked``, words with their
        ``cosine``; ``analogy``, None without one, with ``answers``, words with their ``score``, and ``plane``, places
        of ``words``: a, b, c, b + c − a, and the answers; ``example`` of an analogy, or None. ``nearest``, each
        representation and ``analogy`` may be ``error`` instead.

    Raises
    ------
    FirthError
        If no word vectors are built, or a word is too long.
    """
    built = [space for space in SPACES if models.workspace.model(space).exists()]
    space = built[0] if built else SPACES[0]
    placed, vectors = placed_words(models, space), word_vectors(models, space)
    word = asked_text(query, "word", "word", LONGEST_WORD)
    terms = [asked_text(query, key, f"word {key}", LONGEST_WORD) for key in ANALOGY]
    return {
        "space": space,
        "words": placed.words,
        "points": placed.points.tolist(),
        "total": len(vectors),
        "word": word,
        "nearest": or_error(partial(_nearest, models, word)) if word else None,
        "terms": terms,
        "analogy": or_error(partial(_analogy, models, space, terms)) if any(terms) else None,
        "example": next((list(found) for found in ANALOGIES if all(one in vectors for one in found)), None),
    }


def _nearest(models: OpenedModels, asked: str) -> dict[str, Any]:
    """The words nearest to a word by counts and trained vectors; one-hot vectors have none."""
    (word,) = known_words([asked], counted_text(models).spelling)

    def of_space(space: str) -> Ranked:
        return word_vectors(models, space).most_similar(word, NEAREST)

    return {
        "word": word,
        "raw_counts": or_error(partial(_ranked, partial(_by_counts, models, word))),
        **{space: or_error(partial(_ranked, partial(of_space, space))) for space in reversed(SPACES)},
    }


def _ranked(question: Callable[[], Ranked]) -> dict[str, Any]:
    return {"ranked": [{"word": word, "cosine": cosine} for word, cosine in question()]}


def _by_counts(models: OpenedModels, word: str) -> Ranked:
    """The words whose rows of raw counts have the largest cosine with a word's."""
    vocabulary, rows = counted_text(models).vocabulary, count_rows(models)["raw_counts"]
    number, tokens = vocabulary.id(word), vocabulary.tokens
    if not rows.lengths[number]:
        raise FirthError("No word stands near it, so its row is zero.")
    products = np.asarray((rows.matrix @ rows.matrix[[number]].T.toarray())[:, 0], np.float64)
    cosines = np.divide(
        products, rows.lengths * rows.lengths[number], out=np.full(len(products), -1.0), where=rows.lengths > 0
    )
    cosines[number] = -1.0
    best = np.argsort(-cosines, kind="stable")[:NEAREST].tolist()
    return [(tokens[at], float(cosines[at])) for at in best if cosines[at] > -1]


def _analogy(models: OpenedModels, space: str, asked: list[str]) -> dict[str, Any]:
    """The answers to a : b = c : ?, and where the words stand in the plane through a, b and c.

    The plane holds a, b, c and b + c − a, which make a parallelogram; answers are projected onto it.
    """
    if not all(asked):
        raise FirthError("An analogy takes three words: a is to b as c is to what?")
    vectors = word_vectors(models, space)
    a, b, c = asked
    answers = vectors.analogy(a, b, c, ANSWERS)["3CosAdd"]
    shown = [*asked, *(word for word, _ in answers)]
    units = np.stack([vectors[word] for word in shown]).astype(np.float64)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    from_a = units - units[0]
    basis, triangle = np.linalg.qr(from_a[1:3].T)  # (D, 2), (2, 2)
    if abs(triangle[0, 0] * triangle[1, 1]) < 1e-6:
        raise FirthError("An analogy takes three words that differ.")
    points = from_a @ (basis * np.sign(np.diag(triangle)))  # (N, 2): b on the first axis, c above it
    plane = np.concatenate([points[:3], points[1:2] + points[2:3], points[3:]])
    return {
        "answers": [{"word": word, "score": score} for word, score in answers],
        "plane": {"words": [*shown[:3], "?", *shown[3:]], "points": plane.tolist()},
    }
