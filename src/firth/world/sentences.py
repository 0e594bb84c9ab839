"""Sentence pairs with the exact probability of their English side, and the gold classes of English word forms."""

from dataclasses import dataclass

import numpy as np

from firth.world import english
from firth.world.derivation import derive, table_of, uniforms
from firth.world.grammar import MAXIMUM_DEPTH
from firth.world.lexicon import lexemes
from firth.world.translation import translate


@dataclass(frozen=True)
class Sentence:
    """An English sentence, its French translation, and the natural logarithm of the English sentence's probability."""

    english: str
    french: str
    log_probability: float


@dataclass(frozen=True)
class WordForm:
    """A lower-case English form of a content word, its lemma, and the lemma's semantic class."""

    form: str
    lemma: str
    word_class: str


def check_depth(max_depth: int) -> None:
    """Raise ValueError for a nesting depth that the grammar doesn't have."""
    if not 0 <= max_depth <= MAXIMUM_DEPTH:
        raise ValueError(f"max_depth is {max_depth}, but must lie between 0 and {MAXIMUM_DEPTH}")


def sample_sentences(count: int, max_depth: int, generator: np.random.Generator) -> list[Sentence]:
    """Draw independent sentence pairs from the grammar.

    Parameters
    ----------
    count : int
        Number of pairs.
    max_depth : int
        Nesting depth of noun phrases, from 0 (nothing follows a noun) to 3.
    generator : numpy.random.Generator
        Source of all randomness; uniforms are taken from it in blocks.

    Returns
    -------
    list of Sentence
        In the order drawn, repetitions included.
    """
    check_depth(max_depth)
    start, draws, result = table_of(("sentence", max_depth)), uniforms(generator), []
    for _ in range(count):
        words: list[str] = []
        logs: list[float] = []
        tree = derive(start, draws, words, logs)
        result.append(Sentence(english.write_sentence(words), translate(tree), sum(logs)))
    return result


def word_forms() -> list[WordForm]:
    """Every English form of every content word, in the order of the lexicon."""
    return [
        WordForm(form.lower(), lexeme.english.lower(), lexeme.word_class)
        for lexeme in lexemes()
        for form in english.forms(lexeme).values()
    ]
