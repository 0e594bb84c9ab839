"""Sampling against probabilities that are given, and generation against chains worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from ask.tiny_models import small_network
from lm.settings import predictions
from numpy.typing import NDArray

from firth.ask.generation import generate, most_likely, sample
from firth.lm.network_scorer import NetworkScorer
from firth.measures.scorer import Floats
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, UNK_ID

DRAWS = 20_000


class Chain:
    """A scorer whose next token depends on the last one alone: rows of P, at first that of <eos>."""

    def __init__(self, probabilities: list[list[float]]) -> None:
        self.rows, self.last = np.array(probabilities), EOS_ID

    def read(self, ids: NDArray) -> None:
        if len(ids):
            self.last = int(ids[-1])

    def score(self, ids: NDArray) -> Floats:
        raise AssertionError

    def score_alternatives(self, ids: NDArray, alternatives: NDArray) -> Floats:
        raise AssertionError

    def score_continuations(self, prefixes: Sequence[NDArray], words: NDArray) -> Floats:
        raise AssertionError

    def score_sentences(self, sentences: TokenStream) -> Floats:
        raise AssertionError

    def next_token(self) -> Floats:
        with np.errstate(divide="ignore"):
            return np.log(self.rows[self.last])


# <unk>, <eos>, a, b
ROWS = [[0.0, 0, 0, 0], [0.6, 0, 0.1, 0.3], [0.5, 0.3, 0.0, 0.2], [0.0, 0.2, 0.5, 0.3]]


def shares(log_probabilities: Floats, temperature: float) -> NDArray:
    random = np.random.default_rng(5)
    drawn = [sample(log_probabilities, temperature, random) for _ in range(DRAWS)]
    return np.bincount(drawn, minlength=len(log_probabilities)) / DRAWS


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_tokens_are_drawn_in_proportion_to_powers_of_their_probabilities(temperature: float) -> None:
    probabilities = np.array([0.5, 0.3, 0.15, 0.05])
    wanted = probabilities ** (1 / temperature) / (probabilities ** (1 / temperature)).sum()
    deviations = np.sqrt(wanted * (1 - wanted) / DRAWS)
    assert (np.abs(shares(np.log(probabilities), temperature) - wanted) < 4 * deviations).all()


def test_at_temperature_zero_or_near_it_the_most_probable_token_is_taken() -> None:
    scores = np.log([0.2, 0.35, 0.35, 0.1])
    assert sample(scores, 0, np.random.default_rng(0)) == 1
    assert {sample(np.log([0.2, 0.3, 0.5]), 1e-310, np.random.default_rng(seed)) for seed in range(20)} == {2}


def test_an_impossible_token_is_never_drawn_at_any_temperature() -> None:
    scores = np.array([-np.inf, np.log(0.5), -np.inf, np.log(0.5), -np.inf])
    assert shares(scores, 1e9)[[0, 2, 4]].tolist() == [0, 0, 0]


def test_most_likely_tokens_are_in_descending_order_with_ties_by_frequency() -> None:
    found = most_likely(np.log([0.1, 0.2, 0.4, 0.2, 0.1]), 4)
    assert [token for token, _ in found] == [2, 1, 3, 0]
    assert [probability for _, probability in found] == pytest.approx([0.4, 0.2, 0.2, 0.1])
    assert len(most_likely(np.log([0.5, 0.5]), 10)) == 2


def test_generation_continues_the_prompt_to_the_end_of_the_sentence_or_to_a_length() -> None:
    def greedy(prompt: list[int], length: int) -> list[int]:
        return generate(Chain(ROWS), np.array(prompt, int), 0, length, np.random.default_rng(0))

    assert greedy([], 9) == [3, 2, EOS_ID]  # b, a, end: <unk> is more probable twice and never taken
    assert greedy([], 2) == [3, 2]
    assert greedy([3, 2], 9) == [EOS_ID]


def test_other_tokens_share_the_probability_of_unk() -> None:
    random = np.random.default_rng(7)
    firsts = [generate(Chain(ROWS), np.zeros(0, int), 1, 1, random)[0] for _ in range(DRAWS // 4)]
    assert np.bincount(firsts, minlength=4)[[UNK_ID, EOS_ID]].tolist() == [0, 0]
    assert firsts.count(3) / len(firsts) == pytest.approx(0.75, abs=0.03)


def test_greedy_text_of_a_network_is_a_chain_of_its_most_probable_tokens() -> None:
    torch.manual_seed(3)
    network = small_network("gru", 30).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(6)
        text, wanted = [EOS_ID, 8, 9], []
        for _ in range(12):
            scores = predictions(network, torch.tensor(text)[:, None])[0][-1, 0]
            scores[UNK_ID] = -torch.inf
            wanted.append(int(scores.argmax()))
            text.append(wanted[-1])
            if wanted[-1] == EOS_ID:
                break
    assert len(set(wanted)) > 2
    assert generate(NetworkScorer(network), np.array([8, 9]), 0, 12, np.random.default_rng(0)) == wanted
