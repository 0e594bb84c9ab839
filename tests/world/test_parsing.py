"""A sentence's derivation is found again from its words: checked against the derivations that were drawn."""

import numpy as np
import pytest

from firth.text.tokenizer import words
from firth.world.parsing import translation_of
from firth.world.sentences import sample_sentences


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_a_sentence_has_the_translation_that_it_was_drawn_with(depth: int) -> None:
    drawn = sample_sentences(60, depth, np.random.default_rng(3))
    assert [translation_of(words(sentence.english, False), depth) for sentence in drawn] == [
        sentence.french for sentence in drawn
    ]


@pytest.mark.parametrize(
    "line", ["", "Mary eats", "Mary eat apples.", "Mary eats apples. .", "Mary eats stones.", "The old of.", "Zzz."]
)
def test_what_the_grammar_lacks_has_none(line: str) -> None:
    assert translation_of(words(line, False), 1) is None


def test_the_case_of_letters_and_the_article_before_a_vowel_do_not_matter() -> None:
    assert translation_of(["mary", "eats", "AN", "apple", "."], 1) == "Marie mange une pomme."
