"""Examples of a language model are chosen by the text, and hold the probabilities of a model worked out by hand."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from firth.measures.language_examples import (
    MOST_TOKENS,
    PAIRS,
    agreement_examples,
    example_pairs,
    example_sentence,
    next_words,
    sentence_probabilities,
)
from firth.measures.scorer import Floats
from firth.text.streams import TokenStream, from_sentences
from firth.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["<unk>", "<eos>", "the", "dog", "dogs", "runs", "run"], [0, 9, 8, 7, 6, 5, 4])
SHARES = [0.05, 0.1, 0.3, 0.2, 0.2, 0.1, 0.05]  # of every word, after every other


class Unigram:
    """A scorer that gives a word the same probability wherever it stands."""

    def __init__(self) -> None:
        self.has_read: list[int] = []

    def read(self, ids: NDArray) -> None:
        self.has_read += ids.tolist()

    def score(self, ids: NDArray) -> Floats:
        raise AssertionError

    def score_alternatives(self, ids: NDArray, alternatives: NDArray) -> Floats:
        raise AssertionError

    def next_token(self) -> Floats:
        return np.log(SHARES)

    def score_continuations(self, prefixes: Sequence[NDArray], words: NDArray) -> Floats:
        return np.log(np.array(SHARES)[words])

    def score_sentences(self, sentences: TokenStream) -> Floats:
        return np.log(np.array(SHARES)[sentences.with_sentence_ends()])


@pytest.mark.parametrize(
    ("lengths", "chosen"), [([], None), ([2, 7, 9, 30], 1), ([3, 8, 8], 1), ([40], 0), ([0, 20, 16], 0)]
)
def test_the_sentence_is_the_first_of_those_nearest_to_eight_tokens(lengths: list[int], chosen: int | None) -> None:
    assert example_sentence(from_sentences([[2] * length for length in lengths])) == chosen


def test_a_sentence_with_an_unknown_word_is_chosen_only_where_all_have_one() -> None:
    assert example_sentence(from_sentences([[2, 0, 2, 2, 2, 2, 2, 2], [], [2, 3]])) == 2
    assert example_sentence(from_sentences([[0], [2, 0, 2, 2]])) == 1


def test_the_probabilities_of_a_sentence_multiply_up_to_its_likelihood() -> None:
    source = np.log([0.5, 1.0, 0.25])
    found = sentence_probabilities(np.array([2, 3]), ["the", "dog", "<eos>"], Unigram(), source)
    assert found["token"].tolist() == ["the", "dog", "<eos>"] and found["position"].tolist() == [1, 2, 3]
    assert found["probability"].tolist() == pytest.approx([0.3, 0.2, 0.1])
    assert math.exp(-found["negative_log_likelihood"].iloc[-1]) == pytest.approx(0.3 * 0.2 * 0.1)
    assert math.exp(-found["source_negative_log_likelihood"].iloc[-1]) == pytest.approx(0.5 * 0.25)
    assert "source_probability" not in sentence_probabilities(np.array([2]), ["the", "<eos>"], Unigram())


def test_a_long_sentence_is_kept_in_part_with_the_likelihood_of_all_its_tokens() -> None:
    long = sentence_probabilities(np.full(40, 2), ["the"] * 40 + ["<eos>"], Unigram())
    assert long["position"].tolist() == [*range(1, MOST_TOKENS), 41] and long["token"].iloc[-1] == "<eos>"
    assert long["negative_log_likelihood"].iloc[-1] == pytest.approx(-40 * math.log(0.3) - math.log(0.1))


def test_next_words_stand_by_probability_and_of_equals_the_frequent_first() -> None:
    scorer = Unigram()
    found = next_words(np.array([2, 3]), VOCABULARY, scorer, {"runs": 0.25, "run": 0.75})
    assert scorer.has_read == [2, 3] and set(found["prompt"]) == {"the dog"}
    assert found["token"].tolist() == ["the", "dog", "dogs", "<eos>", "runs", "<unk>", "run"]
    assert found["probability"].tolist() == pytest.approx([0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.05])
    assert found["source_token"].tolist() == ["run", "runs", *[""] * 5]
    assert found["source_probability"].tolist()[:2] == [0.75, 0.25]
    assert found["source_probability"].isna().sum() == 5


def test_examples_of_agreement_are_the_shortest_prefixes_with_each_number_of_attractors() -> None:
    prefixes = [[2, 3], [2, 3, 2, 4], [2, 4, 4], [2, 4, 3], *[[2, 2, 4, 3]] * PAIRS, [2, 3, 4, 4]]
    items = pd.DataFrame(
        {
            "prefix": [np.array(prefix) for prefix in prefixes],
            "correct": [5, 5, 5, 6, *[6] * PAIRS, 5],
            "wrong": [6, 6, 6, 5, *[5] * PAIRS, 6],
            "attractors": [0, 1, 2, 1, *[1] * PAIRS, 1],
        }
    )
    pairs = example_pairs(items)
    assert pairs.index.tolist() == [3, 1, 4, 5, 2]
    found = agreement_examples(pairs.iloc[[0, -1]], VOCABULARY, Unigram())
    assert found.drop(columns="probability").to_numpy().tolist() == [
        [1, 1, "the dogs dog", "run", 1],
        [1, 1, "the dogs dog", "runs", 0],
        [2, 2, "the dogs dogs", "runs", 1],
        [2, 2, "the dogs dogs", "run", 0],
    ]
    assert found["probability"].tolist() == pytest.approx([0.05, 0.1, 0.1, 0.05])
    assert example_pairs(items.head(1)).empty
