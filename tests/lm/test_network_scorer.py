"""Networks as scorers, against networks read one token at a time."""

import math

import numpy as np
import pytest
import torch
from lm.settings import all_dropouts, predictions, settings
from lm.token_by_token import log_probabilities_by_token, token_by_token

from firth.lm import network_scorer
from firth.lm.language_network import LanguageNetwork
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import build
from firth.params.model_names import NETWORKS, Network
from firth.text.vocabulary import EOS_ID


def build_double(network: Network, **changes: list[int]) -> LanguageNetwork:
    torch.manual_seed(3)
    built = build(network, 6, settings(**all_dropouts(0.5), layers=2, **changes)).double()
    built.warm_up_context = [4, 2, 5, 3, 3]
    return built


@pytest.mark.parametrize("network", NETWORKS)
def test_scores_equal_a_token_by_token_pass_without_dropout_whatever_the_window(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = build_double(network)
    ids = np.random.default_rng(0).integers(0, 6, 23).astype(np.uint16)
    expected = -np.array(token_by_token(model.eval(), ids))
    for window in (1, 2, 5, 22, 23, 1000):
        monkeypatch.setattr(network_scorer, "WINDOW", window)
        assert NetworkScorer(model.train()).score(ids) == pytest.approx(expected, rel=1e-12)
    model.warm_up_context = []
    assert NetworkScorer(model).score(ids).mean() != pytest.approx(expected.mean(), rel=1e-6)


@pytest.mark.parametrize("cutoffs", [[], [3]])
def test_alternatives_are_scored_in_the_place_of_each_token_of_one_text(
    cutoffs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_scorer, "WINDOW", 7)
    model = build_double("lstm", adaptive_softmax_cutoffs=cutoffs)
    ids = np.random.default_rng(1).integers(0, 6, 40).astype(np.uint16)
    words = np.stack([ids, (ids + 1) % 6, np.full(40, 2, np.uint16)], axis=1)
    scores = NetworkScorer(model).score_alternatives(ids, words)
    expected = log_probabilities_by_token(model, ids)
    assert scores == pytest.approx(np.take_along_axis(expected, words.astype(np.int64), axis=1))
    assert scores[:, 0] == pytest.approx(NetworkScorer(model).score(ids))


@pytest.mark.parametrize("network", ["feedforward", "lstm"])
def test_each_prefix_is_read_by_itself_from_an_end_of_sentence_on(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_scorer, "PREFIXES_TOGETHER", 3)
    model = build_double(network)
    prefixes = [np.array(prefix, np.int64) for prefix in ([2, 3, 5], [], [4], [2, 3])]
    words = np.array([[2, 3], [0, 1], [5, 5], [4, 2]])
    scorer = NetworkScorer(model)
    scorer.read(np.array([5, 5, 2]))  # is ignored
    before = scorer.next_token()
    scores = scorer.score_continuations(prefixes, words)
    for prefix, asked, row in zip(prefixes, words, scores, strict=True):
        expected = [-token_by_token(model, np.append(prefix, word))[-1] for word in asked]
        assert row == pytest.approx(np.array(expected))
    assert (scorer.next_token() == before).all()


def test_the_next_token_is_predicted_by_the_forward_pass_after_warm_up_context_and_end_of_sentence() -> None:
    model = build_double("gru")
    scorer = NetworkScorer(model)
    scorer.read(np.array([4, 2, 5]))
    with torch.no_grad():
        found, _ = predictions(model, torch.tensor([[4], [2], [5], [3], [3], [EOS_ID], [4], [2], [5]]))
    np.testing.assert_allclose(scorer.next_token(), found[-1, 0].numpy(), rtol=1e-12)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("network", NETWORKS)
def test_a_gpu_gives_a_text_the_perplexity_that_a_cpu_gives(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    torch.manual_seed(1)
    model = build(network, 1000, settings(embedding_size=200, hidden_size=300, layers=2)).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3)  # so that what was read makes a difference
    text = np.random.default_rng(1).integers(1000, size=3000)
    on_cpu = math.exp(-NetworkScorer(model).score(text).mean())
    assert math.exp(-NetworkScorer(model.cuda()).score(text).mean()) == pytest.approx(on_cpu, rel=1e-4)
