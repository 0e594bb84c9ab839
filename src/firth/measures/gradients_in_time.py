"""Gradients in time: how far back a recurrent network's error reaches, and what makes it vanish or explode.

Pascanu, Mikolov & Bengio (2013), section 2. With E_t the loss at step t and s_k the state after step k,

    ∂E_t/∂W = Σ_k ∂E_t/∂y_t · ∂y_t/∂s_t · ∂s_t/∂s_k · ∂⁺s_k/∂W,    ∂s_t/∂s_k = Π_{k<i≤t} ∂s_i/∂s_{i−1},

where ∂⁺ treats the state s_{k−1} as a constant. All computations are step by step and in double precision, on a copy
of the network if it is not so itself. The state s is the concatenation of all layers' states, with the cell states of
an LSTM; h is the hidden states alone.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.lm.language_network import LayerState
from firth.lm.recurrent import RECURRENT_WEIGHT, Recurrent

Floats = NDArray[np.float64]
NO_DIFFERENCE = 1e-9  # of a sum, relative to its largest entry: double precision leaves errors near 1e-15


@dataclass(frozen=True)
class Unrolled:
    """The gradient of the loss at the last step with respect to the recurrent matrices, as a sum over lags.

    Attributes
    ----------
    terms : (K + 1,) norm of the term of each lag t − k, mean over texts.
    autograd_difference : the largest difference between the sum of all terms and autograd's gradient, relative to the
        largest entry of the latter.
    singular_values : (N, n) of the Jacobians ∂s_i/∂s_{i−1} at all steps of all texts, in descending order; n is the
        length of the state.
    """

    terms: Floats
    autograd_difference: float
    singular_values: Floats

    @property
    def sum_equals_autograd(self) -> bool:
        """Whether the terms add up to autograd's gradient, rounding errors aside."""
        return self.autograd_difference < NO_DIFFERENCE


def in_double_precision(network: Recurrent) -> Recurrent:
    """A copy in double precision on the CPU, without dropout; the network itself if it is so already."""
    weight = network.embedding.weight
    if weight.dtype == torch.float64 and weight.device.type == "cpu" and not network.training:
        return network
    return copy.deepcopy(network).cpu().double().eval()


def lag_norms(network: Recurrent, tokens: Tensor, targets: Tensor, cells: bool = False) -> Floats:
    """‖∂E_t/∂h_{t−k}‖ for k = 0, 1, … T − 1, (T,), geometric mean over texts, where t is the last step.

    Parameters
    ----------
    tokens : (T, B) texts, read from a zero state.
    targets : (B,) the token after each text.
    cells : take the gradient with respect to the cell states of an LSTM instead of h; it is zero for k = 0, as the loss
        depends on h_t alone.
    """
    network = in_double_precision(network)
    states = _read(network, tokens)
    loss = network.negative_log_likelihood(_hidden(states[-1][-1]), targets[None]).sum()
    parts = [[layer[1] if cells else _hidden(layer) for layer in state] for state in states]
    every = [part for state in parts for part in state]
    gradients = iter(torch.autograd.grad(loss, every, materialize_grads=True))
    norms = [torch.cat([next(gradients) for _ in state], dim=2).norm(dim=2)[0] for state in parts]  # T times (B,)
    smallest = torch.finfo(torch.float64).tiny
    means = torch.stack(norms).clamp(min=smallest).log().mean(dim=1).exp()  # (T,)
    return means.flip(0).numpy()


def unrolled(network: Recurrent, tokens: Tensor, targets: Tensor, lags: int) -> Unrolled:
    """Compute the sum over lags term by term, from lag 0 to ``lags``; see the module's docstring.

    Parameters
    ----------
    tokens : (T, B) texts, T > ``lags``; the state before the last ``lags`` + 1 steps is a constant.
    targets : (B,) the token after each text.
    """
    network = in_double_precision(network)
    first = len(tokens) - lags - 1
    with torch.no_grad():
        start = _read(network, tokens[:first])[-1] if first else None
    weights = [layer.get_parameter(RECURRENT_WEIGHT) for layer in network.layers]
    terms, differences, singular = [], [], []
    for text in range(tokens.shape[1]):
        before = None if start is None else tuple(_one_text(layer, text) for layer in start)
        window, target = tokens[first:, text : text + 1], targets[text : text + 1]
        states = _read(network, window, before)
        loss = network.negative_log_likelihood(_hidden(states[-1][-1]), target[None]).sum()
        whole = torch.autograd.grad(loss, weights)
        # ∂E_t/∂y_t · ∂y_t/∂s_t, then back through one Jacobian a step.
        last = _flattened(states[-1]).detach().requires_grad_()
        (error,) = torch.autograd.grad(
            network.negative_log_likelihood(_hidden(_unflattened(network, last)[-1]), target[None]).sum(), last
        )
        total = [torch.zeros_like(weight) for weight in weights]
        for step in range(lags, -1, -1):
            previous = states[step - 1] if step else (before if before is not None else _zero_state(network))
            previous_flat = _flattened(previous).detach()
            after = _flattened(_step(network, window[step : step + 1], _unflattened(network, previous_flat)))
            immediate = torch.autograd.grad(after, weights, error)  # ∂⁺s_k/∂W
            terms.append(float(torch.cat([part.flatten() for part in immediate]).norm()))
            total = [have + more for have, more in zip(total, immediate, strict=True)]
            jacobian = _jacobian(network, window[step : step + 1], previous_flat)
            singular.append(torch.linalg.svdvals(jacobian).numpy())
            error = error @ jacobian
        largest = max(float(part.abs().max()) for part in whole)
        difference = max(float((have - part).abs().max()) for have, part in zip(total, whole, strict=True))
        differences.append(difference / largest if largest else difference)
    means = np.array(terms).reshape(tokens.shape[1], lags + 1).mean(axis=0)
    return Unrolled(means, max(differences), np.stack(singular))


def _step(network: Recurrent, token: Tensor, state: tuple[LayerState, ...] | None) -> tuple[LayerState, ...]:
    """The state after one more token (1, B), as a function (with its graph) of the state before."""
    hidden = network.embed(token)
    after: list[LayerState] = []
    for number, layer in enumerate(network.layers):
        hidden, last = layer(hidden, None if state is None else state[number])
        after.append(last)
        hidden = _hidden(last)  # gradients with respect to it come from the layer above and from later steps
    return tuple(after)


def _read(
    network: Recurrent, tokens: Tensor, state: tuple[LayerState, ...] | None = None
) -> list[tuple[LayerState, ...]]:
    """The state after each of T tokens."""
    states = []
    for step in range(len(tokens)):
        state = _step(network, tokens[step : step + 1], state)
        states.append(state)
    return states


def _jacobian(network: Recurrent, token: Tensor, before: Tensor) -> Tensor:
    """∂s_i/∂s_{i−1}, (n, n), of one text: token (1, 1), state (1, n)."""
    length = before.shape[1]
    rows = before.expand(length, length).clone().requires_grad_()  # (n, n): one copy of the text for each row
    after = _flattened(_step(network, token.expand(1, length), _unflattened(network, rows)))
    (jacobian,) = torch.autograd.grad(after, rows, torch.eye(length, dtype=before.dtype))
    return jacobian


def _hidden(layer: LayerState) -> Tensor:
    """The hidden state of a layer, without an LSTM's cell state: (1, B, H)."""
    return layer[0] if isinstance(layer, tuple) else layer


def _flattened(state: tuple[LayerState, ...]) -> Tensor:
    """The concatenation of all parts of a state: (B, n)."""
    parts = [part for layer in state for part in (layer if isinstance(layer, tuple) else (layer,))]
    return torch.cat(parts, dim=2)[0]


def _unflattened(network: Recurrent, flat: Tensor) -> tuple[LayerState, ...]:
    """The state whose parts are concatenated in ``flat``, (B, n)."""
    state: list[LayerState] = []
    start, count = 0, _states_per_layer(network)
    for size in _sizes(network):
        parts = [part.contiguous() for part in flat[None, :, start : start + count * size].split(size, dim=2)]
        state.append((parts[0], parts[1]) if count == 2 else parts[0])
        start += count * size
    return tuple(state)


def _zero_state(network: Recurrent) -> tuple[LayerState, ...]:
    return _unflattened(network, torch.zeros(1, _states_per_layer(network) * sum(_sizes(network)), dtype=torch.float64))


def _sizes(network: Recurrent) -> list[int]:
    return [layer.get_parameter(RECURRENT_WEIGHT).shape[1] for layer in network.layers]


def _states_per_layer(network: Recurrent) -> int:
    """2 for an LSTM, which has a hidden and a cell state; otherwise 1."""
    return 2 if network.network == "lstm" else 1


def _one_text(layer: LayerState, text: int) -> LayerState:
    """The state of a layer for one of the texts."""
    if isinstance(layer, tuple):
        return layer[0][:, text : text + 1].contiguous(), layer[1][:, text : text + 1].contiguous()
    return layer[:, text : text + 1].contiguous()
