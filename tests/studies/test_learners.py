from pathlib import Path

import numpy as np
import pytest
import torch
from stages.effective import settings_of

from firth.params.experiment import load_params
from firth.params.study_names import METHODS, Method
from firth.studies.learners import VectorSettings, learner_on_artificial_text

PARAMS = load_params(Path(__file__).parents[2] / "studies" / "params.yaml")
SETTINGS = VectorSettings.of(settings_of(PARAMS, "study_softmax"))


def test_a_feed_forward_network_costs_what_its_matrices_cost() -> None:
    settings = PARAMS.lm_for("feedforward")
    context, hidden = settings.context_size * settings.embedding_size, settings.hidden_size
    for size in (300, 900):
        counted = learner_on_artificial_text("feedforward", size, SETTINGS).operations_a_word()
        matrices = 3 * 2 * (context * hidden + hidden * size)  # forward, and the gradients of weights and of inputs
        assert counted == pytest.approx(matrices, rel=0.02)


def test_negative_sampling_costs_the_same_whatever_the_vocabulary() -> None:
    costs = [
        learner_on_artificial_text("negative_sampling", size, SETTINGS).operations_a_word() for size in (300, 3000)
    ]
    assert costs[1] == pytest.approx(costs[0], rel=0.01)


def test_a_softmax_costs_in_proportion_to_the_vocabulary() -> None:
    costs = [learner_on_artificial_text("softmax", size, SETTINGS).operations_a_word() for size in (500, 1000, 1500)]
    assert costs[2] - costs[1] == pytest.approx(costs[1] - costs[0], rel=0.01)
    assert costs[1] - costs[0] >= 3 * 2 * 500 * PARAMS.word2vec.dimension  # forward, and two gradients


@pytest.mark.parametrize("method", METHODS)
def test_counting_leaves_the_model_as_it_was(method: Method) -> None:
    learning = learner_on_artificial_text(method, 300, SETTINGS)
    before = [weight.detach().clone() for weight in learning.model.parameters()]
    learning.operations_a_word()
    for weight, old in zip(learning.model.parameters(), before, strict=True):
        assert weight.grad is None and (weight == old).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_learner_s_numbers_are_those_of_its_text(method: Method) -> None:
    learning = learner_on_artificial_text(method, 300, SETTINGS)
    sentences, words = 400, 400 * 20
    assert learning.vectors.weight.shape == (300, 50)
    assert learning.words == words + (sentences if method == "feedforward" else 0)  # which predicts the ends too
    if method == "feedforward":
        assert learning.words_a_batch * learning.batches == pytest.approx(learning.words, rel=0.05)
    else:
        assert learning.words_a_batch == 100 * 20


def test_the_artificial_text_has_zipf_s_frequencies_and_no_special_symbol() -> None:
    learning = learner_on_artificial_text("feedforward", 100, SETTINGS)
    windows = list(learning.data.train_dataloader())
    counts = np.bincount(torch.cat([targets.flatten() for _, targets in windows]).numpy(), minlength=100)
    assert counts[0] == 0
    assert counts[2] / counts[3] == pytest.approx(2, rel=0.1)
    assert counts[2] / counts[11] == pytest.approx(10, rel=0.3)
