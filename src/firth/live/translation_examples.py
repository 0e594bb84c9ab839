"""Sentences to translate, each longer than the one before it, with their reference translations."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from firth.live.known_test_pairs import known_test_pairs
from firth.text.sentence_ends import split_sentences

COUNT = 6
SEARCHED = 500  # pairs of the test set
LONGEST_SENTENCE = 300  # characters

# In the world's grammar down to its first depth; its verbs eat only what is food.
WORLD_SENTENCES = (
    "Mary eats apples.",
    "The dogs eat apples.",
    "The brown dogs eat red apples.",
    "The brown dogs near the child eat red apples.",
    "The brown dogs near the child eat red apples on the plate.",
    "The brown dogs near the noisy child will not eat the red apples on the plate.",
)


class SentencePair(NamedTuple):
    """A source sentence with the translation that the corpus gives it."""

    source: str
    target: str


def growing_pairs(tokens: Path) -> list[SentencePair]:
    """Pairs of the test set, of which the shortest is first and the longest last.

    Pairs with unknown tokens, and sources of several sentences or more than ``LONGEST_SENTENCE`` characters, are left
    out.

    Parameters
    ----------
    tokens : data/tokens/translation.

    Raises
    ------
    FirthError
        If a file of the folder doesn't exist or is damaged.
    """
    pairs = sorted(known_test_pairs(tokens, SEARCHED), key=lambda pair: len(pair[0]))
    fit = [SentencePair(*pair) for pair in pairs if 0 < len(pair[0]) <= LONGEST_SENTENCE and is_one_sentence(pair[0])]
    places = np.linspace(0, len(fit) - 1, min(COUNT, len(fit))).round().astype(int)
    return [fit[place] for place in places]


def is_one_sentence(text: str) -> bool:
    """Whether a line is translated at once."""
    return split_sentences(text) == [text]
