"""Gradients in time, held against finite differences, closed forms and networks whose gradients are known."""

import numpy as np
import pytest
import torch
from lm.settings import settings

from firth.lm.networks import build
from firth.lm.recurrent import Recurrent
from firth.measures.gradients_in_time import in_double_precision, lag_norms, unrolled
from firth.params.cells import Cell


def recurrent(cell: Cell, **changes: int) -> Recurrent:
    torch.manual_seed(4)
    network = build(cell, 7, settings(embedding_size=5, hidden_size=5, **changes)).double()
    assert isinstance(network, Recurrent)
    return network


TOKENS = torch.randint(7, (9, 3), generator=torch.Generator().manual_seed(0))
TARGETS = torch.tensor([2, 5, 0])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_sum_over_lags_is_autograd_s_gradient_and_its_jacobians_have_their_singular_values(
    cell: Cell, layers: int
) -> None:
    network = recurrent(cell, layers=layers)
    result = unrolled(network, TOKENS, TARGETS, lags=4)
    assert result.autograd_difference < 1e-12
    assert result.terms.shape == (5,)
    assert result.singular_values.shape == (15, 5 * layers * (2 if cell == "lstm" else 1))
    assert (np.diff(result.singular_values, axis=1) <= 0).all()
    whole = unrolled(network, TOKENS[:, :1], TARGETS[:1], lags=8)  # all lags there are
    assert whole.autograd_difference < 1e-12
    assert whole.terms[0] == pytest.approx(unrolled(network, TOKENS[:, :1], TARGETS[:1], lags=0).terms[0])


def test_terms_of_an_elman_network_are_those_of_the_closed_form() -> None:
    network = recurrent("rnn")
    weights = {name: value.detach().numpy() for name, value in network.named_parameters()}
    recurrent_weight, scores = weights["layers.0.weight_hh_l0"], weights["embedding.weight"]
    states = [np.zeros(5)]
    for token in TOKENS[:, 0]:
        new = weights["layers.0.weight_ih_l0"] @ scores[token] + weights["layers.0.bias_ih_l0"]
        states.append(np.tanh(new + recurrent_weight @ states[-1] + weights["layers.0.bias_hh_l0"]))
    logits = scores @ states[-1] + weights["output.bias"]
    probabilities = np.exp(logits) / np.exp(logits).sum()
    error = scores.T @ (probabilities - np.eye(7)[int(TARGETS[0])])
    expected, norms, singular = [], [], []
    for step in range(9, 4, -1):  # s_k = tanh(W s_{k−1} + …): ∂⁺s_k/∂W is diag(1 − s_k²) ⊗ s_{k−1}
        norms.append(np.linalg.norm(error))
        slope = 1 - states[step] ** 2
        expected.append(np.linalg.norm(np.outer(error * slope, states[step - 1])))
        jacobian = slope[:, None] * recurrent_weight
        singular.append(np.linalg.svd(jacobian, compute_uv=False))
        error = error @ jacobian
    result = unrolled(network, TOKENS[:, :1], TARGETS[:1], lags=4)
    assert result.terms == pytest.approx(np.array(expected))
    assert result.singular_values == pytest.approx(np.array(singular))
    assert lag_norms(network, TOKENS[:, :1], TARGETS[:1])[:5] == pytest.approx(np.array(norms))


@pytest.mark.parametrize(("cell", "cells"), [("rnn", False), ("gru", False), ("lstm", False), ("lstm", True)])
def test_norms_by_lag_are_those_of_finite_differences(cell: Cell, cells: bool) -> None:
    network = recurrent(cell)
    norms = lag_norms(network, TOKENS[:, 1:2], TARGETS[1:2], cells)
    assert norms.shape == (9,)

    def loss(lag: int, change: torch.Tensor) -> float:
        """E_t where h_{t−k} or an LSTM's cell is changed, and nothing else."""
        hidden, state = network(TOKENS[: 9 - lag, 1:2])
        assert isinstance(state, tuple)
        (layer,) = state
        if isinstance(layer, tuple):
            layer = (layer[0], layer[1] + change) if cells else (layer[0] + change, layer[1])
        else:
            layer = layer + change
        shown = layer[0] if isinstance(layer, tuple) else layer
        if lag:
            hidden, _ = network(TOKENS[9 - lag :, 1:2], (layer,))
            shown = hidden[-1:]
        return float(network.negative_log_likelihood(shown, TARGETS[None, 1:2]).sum())

    for lag in (1, 3, 8) if cells else (0, 1, 3, 8):  # at lag 0, h is computed of the cell, which needs the equations
        slopes = []
        for unit in torch.eye(5, dtype=torch.float64) * 1e-5:
            with torch.no_grad():
                slopes.append((loss(lag, unit) - loss(lag, -unit)) / 2e-5)
        assert norms[lag] == pytest.approx(np.linalg.norm(slopes), rel=1e-6, abs=1e-10)  # abs: rounding of E over 2e-5


def test_a_linear_map_of_known_scale_makes_gradients_vanish_or_explode_by_it() -> None:
    for scale in (0.5, 2.0):
        network = recurrent("rnn")
        with torch.no_grad():
            for weight in network.layers.parameters():
                weight.zero_()
            network.layers[0].get_parameter("weight_hh_l0").copy_(scale * torch.eye(5))
        norms = lag_norms(network, TOKENS, TARGETS)  # states are zero, where tanh is the identity
        assert norms[1:] / norms[:-1] == pytest.approx(np.full(8, scale))


def test_a_network_is_copied_unless_it_is_in_double_precision_without_dropout() -> None:
    network = recurrent("gru").float().eval()
    double = in_double_precision(network)
    assert network.embedding.weight.dtype == torch.float32
    assert double.embedding.weight.tolist() == network.embedding.weight.tolist()
    assert in_double_precision(double) is double
    assert not in_double_precision(double.train()).training
    assert double.training
