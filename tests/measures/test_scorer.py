"""What holds for every scorer: pieces of a text against the whole, and the next token against the scores."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from lm.settings import settings
from numpy.typing import NDArray

from firth.lm import network_scorer
from firth.lm.language_network import LanguageNetwork
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import build
from firth.measures.dynamic_evaluation import DynamicScorer
from firth.measures.scorer import Scorer
from firth.ngram.kneser_ney import train_kneser_ney
from firth.ngram.ngram_scorer import NgramScorer
from firth.params.dynamic_evaluation_params import DynamicEvaluation
from firth.params.model_names import NETWORKS
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, UNK_ID

SIZE = 11
MODELS = [*NETWORKS, "adaptive", "dynamic", "1", "2", "4"]  # networks, and orders of n-gram models
DYNAMIC = DynamicEvaluation(learning_rate=0.01, decay=0.1, segment_length=5)


def stream(seed: int, sentences: int = 60) -> TokenStream:
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 9, sentences)
    ids = random.choice([UNK_ID, *range(2, SIZE)], lengths.sum()).astype(np.uint16)
    return TokenStream(ids, np.concatenate([[0], np.cumsum(lengths)]))


def network(name: str) -> LanguageNetwork:
    torch.manual_seed(1)
    cutoffs = {"adaptive_softmax_cutoffs": [4]} if name == "adaptive" else {}
    built = build("lstm" if name in ("adaptive", "dynamic") else name, SIZE, settings(**cutoffs))
    with torch.no_grad():
        for weight in built.parameters():
            weight.mul_(3)  # so that what was read makes a difference
    built.warm_up_context = [3, 5]
    return built


def new_scorer(name: str) -> Callable[[], Scorer]:
    if name.isdigit():
        model = train_kneser_ney(stream(0), SIZE, int(name))
        return lambda: NgramScorer(model)
    built = network(name)
    if name == "dynamic":
        return lambda: DynamicScorer(built, stream(0).with_sentence_ends(), 4, DYNAMIC)
    return lambda: NetworkScorer(built)


def pieces(values: NDArray, seed: int) -> list[NDArray]:
    cuts = np.sort(np.random.default_rng(seed).choice(np.arange(1, len(values)), 40, replace=False))
    return np.split(values, cuts)


@pytest.mark.parametrize("name", MODELS)
def test_a_text_read_in_any_pieces_has_the_scores_of_the_whole(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_scorer, "WINDOW", 7)
    ids = stream(2).with_sentence_ends()
    words = np.random.default_rng(4).integers(0, SIZE, (len(ids), 2))
    words[:, 0] = ids
    start = new_scorer(name)
    whole, scorer = start().score(ids), start()
    found = np.concatenate([scorer.score(piece) for piece in pieces(ids, 3)])
    np.testing.assert_allclose(found, whole, rtol=1e-5, atol=1e-6)
    alternatives, scorer = start().score_alternatives(ids, words), start()
    np.testing.assert_allclose(alternatives[:, 0], whole, rtol=1e-5, atol=1e-6)
    found = np.concatenate(
        [scorer.score_alternatives(*both) for both in zip(pieces(ids, 3), pieces(words, 3), strict=True)]
    )
    np.testing.assert_allclose(found, alternatives, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_the_next_token_has_a_distribution_that_the_scores_come_from(name: str) -> None:
    ids = stream(4, 6).with_sentence_ends()
    start = new_scorer(name)
    scores, scorer = start().score(ids), start()
    for position, token in enumerate(ids):
        found = scorer.next_token()
        assert np.exp(found).sum() == pytest.approx(1, abs=1e-5)
        assert found[token] == pytest.approx(scores[position], rel=1e-4)
        scorer.read(ids[position : position + 1])
    other = start()
    other.read(ids)
    np.testing.assert_allclose(other.next_token(), scorer.next_token(), rtol=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_a_continuation_has_the_score_of_a_text_of_its_own(name: str) -> None:
    prefixes = [np.array(prefix, np.int64) for prefix in ([4, 2, 7], [], [9])]
    words = np.array([[3, EOS_ID], [2, 8], [9, 0]])
    start = new_scorer(name)
    found = start().score_continuations(prefixes, words)
    for prefix, row, scores in zip(prefixes, words, found, strict=True):
        scorer = start()
        scorer.read(prefix)
        assert scorer.next_token()[row] == pytest.approx(scores, rel=1e-4)


def test_an_n_gram_model_starts_each_sentence_anew_and_a_network_does_not() -> None:
    for name, same in (("4", True), ("lstm", False)):
        scorer = new_scorer(name)()
        first = scorer.next_token()
        scorer.read(np.array([5, 3, 2, EOS_ID]))
        assert np.allclose(first, scorer.next_token()) == same


@pytest.mark.parametrize("name", MODELS)
def test_sentences_by_themselves_have_the_scores_of_texts_of_their_own(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_scorer, "WINDOW", 4)
    sentences, start = stream(5, 30), new_scorer(name)
    alone = new_scorer("lstm") if name == "dynamic" else start  # which doesn't learn from the beginning of a sentence
    wanted = [alone().score(np.array([*sentence, EOS_ID])) for sentence in sentences.sentences()]
    for together, tokens in ((1, 100), (7, 12), (100, 100)):
        monkeypatch.setattr(network_scorer, "PREFIXES_TOGETHER", together)
        monkeypatch.setattr(network_scorer, "TOKENS_TOGETHER", tokens)
        scorer = start()
        scorer.read(np.array([4, 4, EOS_ID, 7]))  # which doesn't matter
        first = scorer.next_token()
        np.testing.assert_allclose(scorer.score_sentences(sentences), np.concatenate(wanted), rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(scorer.next_token(), first)
