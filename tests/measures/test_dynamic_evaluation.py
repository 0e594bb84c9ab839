import numpy as np
import pytest
import torch
from lm.settings import settings
from numpy.typing import NDArray

from firth.lm.language_network import LanguageNetwork, window_loss
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import build
from firth.lm.text_windows import training_columns, validation_columns
from firth.measures.dynamic_evaluation import DynamicScorer
from firth.measures.perplexity import cross_entropy
from firth.params.dynamic_evaluation_params import DynamicEvaluation

CYCLE = np.tile(np.array([2, 3, 2, 4, 1], np.uint16), 60)


def dynamic_cross_entropy(
    network: LanguageNetwork, text: NDArray, train: NDArray, batch_size: int, settings: DynamicEvaluation
) -> float:
    return cross_entropy(DynamicScorer(network, train, batch_size, settings), text)


def test_dynamic_evaluation_learns_a_repeated_text_and_leaves_the_network_as_it_was() -> None:
    torch.manual_seed(3)
    network = build("gru", 6, settings()).double()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    gentle = DynamicEvaluation(learning_rate=1e-12, decay=0.0, segment_length=5)
    static = cross_entropy(NetworkScorer(network), CYCLE)
    assert dynamic_cross_entropy(network, CYCLE, CYCLE, 4, gentle) == pytest.approx(static, rel=1e-6)
    bold = gentle.model_copy(update={"learning_rate": 0.5})
    assert dynamic_cross_entropy(network, CYCLE, CYCLE, 4, bold) < static - 0.2
    held = bold.model_copy(update={"decay": 1e9})  # takes each weight back to θ₀, so that one step at a time is left
    assert dynamic_cross_entropy(network, CYCLE, CYCLE, 4, bold) < dynamic_cross_entropy(network, CYCLE, CYCLE, 4, held)
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])


def test_dynamic_evaluation_takes_the_step_of_krause_et_al() -> None:
    torch.manual_seed(3)
    network = build("feedforward", 6, settings()).double()
    chosen = DynamicEvaluation(learning_rate=0.01, decay=0.5, segment_length=10)
    text = CYCLE[:20]
    got = dynamic_cross_entropy(network, text, CYCLE[:40], 4, chosen)
    weights = list(network.parameters())
    tokens, targets = (torch.from_numpy(part.astype(np.int64)) for part in training_columns(CYCLE[:40], 4))
    gradients = torch.autograd.grad(window_loss(network.eval(), tokens, targets, None)[0], weights)  # one window of 10
    mean = float(torch.cat([gradient.abs().flatten() for gradient in gradients]).mean())
    first, following = (torch.from_numpy(part.astype(np.int64)) for part in validation_columns(text, 1))
    loss, state = window_loss(network, first[:10], following[:10], None)
    steps = torch.autograd.grad(loss, weights)
    with torch.no_grad():
        for weight, step, gradient in zip(weights, steps, gradients, strict=True):
            weight.sub_(0.01 * step / (gradient.abs() / mean + 0.001))  # at θ₀ the decay has nothing to do
    last, _ = window_loss(network, first[10:], following[10:], state)
    assert got == pytest.approx((float(loss.detach()) + float(last.detach())) / 2)


def test_alternatives_are_scored_before_the_step_on_their_segment() -> None:
    torch.manual_seed(3)
    network = build("lstm", 6, settings()).double()
    bold = DynamicEvaluation(learning_rate=0.5, decay=0.0, segment_length=5)
    text = CYCLE[:15]
    words = np.stack([text, (text + 1) % 6], axis=1)
    scores = DynamicScorer(network, CYCLE, 4, bold).score_alternatives(text, words)
    assert scores[:5] == pytest.approx(NetworkScorer(network).score_alternatives(text[:5], words[:5]))
    assert scores[:, 0] == pytest.approx(DynamicScorer(network, CYCLE, 4, bold).score(text))
    assert (np.exp(scores).sum(axis=1) < 1).all()
