"""Perplexity, counted by hand."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from lm.settings import settings
from lm.token_by_token import token_by_token
from numpy.typing import NDArray

from firth.errors import FirthError
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import build
from firth.measures.perplexity import (
    RunningTotals,
    TextLength,
    by_sentence,
    cross_entropy,
    perplexity,
    unit_perplexities,
)
from firth.measures.scorer import Floats
from firth.ngram.kneser_ney import train_kneser_ney
from firth.ngram.ngram_scorer import NgramScorer
from firth.text.streams import TokenStream, from_sentences
from firth.text.vocabulary import EOS_ID, UNK_ID


class Unigrams:
    """A scorer that ignores all that stands before."""

    def __init__(self, probabilities: Sequence[float]) -> None:
        self.scores: Floats = np.log(np.array(probabilities))

    def read(self, ids: NDArray) -> None:
        pass

    def score(self, ids: NDArray) -> Floats:
        return self.scores[ids]

    def score_alternatives(self, ids: NDArray, alternatives: NDArray) -> Floats:
        return self.scores[alternatives]

    def next_token(self) -> Floats:
        return self.scores

    def score_continuations(self, prefixes: Sequence[NDArray], words: NDArray) -> Floats:
        return self.scores[words]

    def score_sentences(self, sentences: TokenStream) -> Floats:
        return self.scores[sentences.with_sentence_ends()]


def test_every_token_counts_with_unk_and_one_end_for_each_sentence() -> None:
    text = from_sentences([[2, UNK_ID], [3]]).with_sentence_ends()  # probabilities 1/4, 1/2, 1/8 and twice 1/8
    scorer = Unigrams([1 / 2, 1 / 8, 1 / 4, 1 / 8])
    assert perplexity(scorer, text) == pytest.approx(2 ** ((2 + 1 + 3 + 3 + 3) / 5))
    assert cross_entropy(scorer, text) == pytest.approx(math.log(2) * 12 / 5)


def test_running_totals_add_up_to_the_whole_text_and_tell_unknown_tokens_apart() -> None:
    ids = np.array([2, UNK_ID, EOS_ID, 3, EOS_ID])
    scores = np.log([1 / 4, 1 / 2, 1 / 8, 1 / 8, 1 / 8])
    totals = RunningTotals()
    for piece in ([0], [1, 2, 3], [4]):
        totals.add(ids[piece], scores[piece])
    assert (totals.tokens, totals.unknown) == (5, 1)
    assert totals.perplexity == pytest.approx(2 ** (12 / 5))
    assert totals.perplexity_without_unknown == pytest.approx(2 ** (11 / 4))
    assert RunningTotals.of(ids, scores).cross_entropy == pytest.approx(math.log(2) * 12 / 5)


def test_an_empty_sentence_counts_its_end_for_an_n_gram_model() -> None:
    model = train_kneser_ney(from_sentences([[2, 3], [2, 3], [2, 4]]), 5, 2)
    product = (0.2 * (52 / 180) * 0.475) * model.distribution([5])[EOS_ID]
    text = from_sentences([[2, 3], []]).with_sentence_ends()
    assert perplexity(NgramScorer(model), text) == pytest.approx(product ** (-1 / 4))


def test_a_network_carries_its_state_through_the_whole_text() -> None:
    torch.manual_seed(2)
    network = build("lstm", 6, settings()).double().eval()
    network.warm_up_context = [4, 3]
    text = np.random.default_rng(0).integers(0, 6, 400)
    assert cross_entropy(NetworkScorer(network), text) == pytest.approx(float(np.mean(token_by_token(network, text))))


def test_a_uniform_network_has_the_perplexity_of_the_vocabulary() -> None:
    network = build("gru", 6, settings())
    with torch.no_grad():
        network.embedding.weight.zero_()
    assert perplexity(NetworkScorer(network), np.arange(300) % 6) == pytest.approx(6)


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(FirthError, match="no sentence"):
        perplexity(Unigrams([1.0]), np.zeros(0, int))


def test_sums_by_sentence_include_its_end() -> None:
    text = TokenStream(np.array([4, 5, 6]), np.array([0, 1, 3]))
    assert by_sentence(text, np.array([1.0, 10, 100, 1000, 10000])).tolist() == [11, 11100]


def test_the_same_text_has_a_perplexity_for_each_unit() -> None:
    length = TextLength(2, 3) + TextLength(2, 9)
    found = unit_perplexities(24 * math.log(2), length)
    assert found == pytest.approx({"word_perplexity": 2**6, "character_perplexity": 2**2, "bits_per_character": 2})
