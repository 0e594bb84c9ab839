"""Recurrences over sequences of unequal length, on a CPU in time that grows with the length and not with its square.

When PyTorch learns from packed sequences on a CPU, each time step makes a gradient of the size of the whole batch, with
zeros in all rows but its own, and a gradient by the recurrent weights. Here the gradients by what goes into the gates
stand side by side, so that one product makes the weights' gradient, Σ_t δ_tᵀ h_{t−1}. What gates make of a gradient
does not depend on it, and is computed for all time steps at once too; only the product that carries the gradient to
the step before is left to the loop. Under autocast, products are of its type and states are not.

Shapes: N rows (one for each token; those of a time step stand together, the longest sequences first), B sequences, H
hidden_size, G gates: 1 of an Elman network, 3 of a GRU (r, z, n), 4 of an LSTM (i, f, g, o), in PyTorch's order.
"""

from itertools import accumulate
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

Steps = list[slice]  # the rows of each time step, in the order of reading

State = Tensor | tuple[Tensor, Tensor]  # (layers · directions, B, H), or two of them for an LSTM: hidden, cell


def read_packed(layers: nn.RNNBase, sequences: PackedSequence) -> tuple[PackedSequence, State]:
    """What ``layers(sequences)`` returns: the top layer's outputs, and each sequence's last state in every layer."""
    if sequences.data.device.type != "cpu" or not torch.is_grad_enabled():
        return layers(sequences)
    rows_of = {nn.RNN: _ElmanRows, nn.GRU: _GruRows, nn.LSTM: _LstmRows}[type(layers)]
    values, counts, _, back = sequences
    ends = list(accumulate(counts.tolist()))
    steps = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
    lasts = []
    for layer in range(layers.num_layers):
        if layer and layers.dropout:
            values = F.dropout(values, layers.dropout, layers.training)
        outputs = []
        for ordered, suffix in ((steps, ""), (steps[::-1], "_reverse"))[: 1 + layers.bidirectional]:
            of_inputs, bias_of_inputs, of_states, bias_of_states = (
                getattr(layers, f"{kind}_l{layer}{suffix}") for kind in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
            )
            inputs = F.linear(values, of_inputs, bias_of_inputs)  # (N, G · H)
            output, *last = rows_of.apply(inputs, of_states, bias_of_states, ordered)
            outputs.append(output)
            lasts.append(last)
        values = torch.cat(outputs, -1)
    parts = [torch.stack(part) for part in zip(*lasts, strict=True)]
    hidden, *cell = parts if back is None else [part.index_select(1, back) for part in parts]
    return sequences._replace(data=values), (hidden, cell[0]) if cell else hidden


def _kind(weight: Tensor) -> torch.dtype:
    """Type of the products."""
    return torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else weight.dtype


def _zero_states(weight: Tensor, steps: Steps) -> Tensor:
    return weight.new_zeros(max(rows.stop - rows.start for rows in steps), weight.shape[1])


class _ElmanRows(torch.autograd.Function):
    """h_t = tanh(x_t + U h_{t−1} + b), from rows x (N, H): all h, (N, H), and each sequence's last, (B, H)."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor, steps: Steps) -> tuple[Tensor, Tensor]:
        states, turned = _zero_states(weight, steps), weight.T.to(_kind(weight))
        outputs = inputs + bias
        previous = torch.empty_like(outputs)
        for rows in steps:
            state, output = states[: rows.stop - rows.start], outputs[rows]
            previous[rows] = state
            output += state.to(turned.dtype) @ turned
            state.copy_(output.tanh_())
        ctx.steps = steps
        ctx.save_for_backward(previous, outputs, turned)
        return outputs, states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_outputs: Tensor, by_last: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        previous, outputs, turned = ctx.saved_tensors
        factors, by_states = 1 - outputs.square(), by_last.clone()
        by_sums = torch.empty_like(outputs, dtype=turned.dtype)
        for rows in reversed(ctx.steps):
            by_state = by_states[: rows.stop - rows.start]
            by_state += by_outputs[rows]
            by_state.copy_(torch.mul(by_state, factors[rows], out=by_sums[rows]) @ turned.T)
        return by_sums, *_by_parameters(by_sums, previous), None


class _GruRows(torch.autograd.Function):
    """r, z = σ(x + U h + b), n = tanh(x + r ∘ (U h + b)), and (1 − z) ∘ n + z ∘ h follows h (Cho et al. 2014)."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor, steps: Steps) -> tuple[Tensor, Tensor]:
        size, turned = weight.shape[1], weight.T.to(_kind(weight))
        states, inputs, bias = _zero_states(weight, steps), inputs.to(weight.dtype), bias.to(turned.dtype)
        sums = torch.empty_like(inputs, dtype=turned.dtype)
        gates = inputs[:, : 2 * size].clone()
        candidates, previous, outputs = (inputs.new_empty(len(inputs), size) for _ in range(3))
        for rows in steps:
            state = states[: rows.stop - rows.start]
            previous[rows] = state
            part = torch.addmm(bias, state.to(turned.dtype), turned, out=sums[rows])
            gate = gates[rows].add_(part[:, : 2 * size]).sigmoid_()
            candidate = candidates[rows]
            torch.addcmul(inputs[rows, 2 * size :], gate[:, :size], part[:, 2 * size :], out=candidate).tanh_()
            state.copy_(torch.lerp(candidate, state, gate[:, size:], out=outputs[rows]))
        ctx.steps = steps
        ctx.save_for_backward(previous, sums[:, 2 * size :], gates, candidates, turned)
        return outputs, states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_outputs: Tensor, by_last: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        previous, sums, gates, candidates, turned = ctx.saved_tensors
        size = candidates.shape[1]
        reset, update = gates[:, :size], gates[:, size:]
        factors = candidates.new_empty(len(candidates), 4, size)  # of U h + b: n, r, z; of x: r, z (the same), n
        torch.mul(1 - update, 1 - candidates.square(), out=factors[:, 3])
        torch.mul(factors[:, 3], reset, out=factors[:, 0])
        torch.mul(factors[:, 0] * sums, 1 - reset, out=factors[:, 1])
        torch.mul(previous - candidates, update * (1 - update), out=factors[:, 2])
        weight, by_states = turned.T.roll(size, 0), by_last.clone()  # n, r, z
        by_parts = torch.empty_like(factors, dtype=turned.dtype)
        for rows in reversed(ctx.steps):
            by_state = by_states[: rows.stop - rows.start]
            by_state += by_outputs[rows]
            part = torch.mul(factors[rows], by_state[:, None], out=by_parts[rows])
            by_state *= update[rows]
            by_state += part[:, :3].flatten(1) @ weight
        by_weight, by_bias = _by_parameters(by_parts[:, :3].flatten(1), previous)
        return by_parts[:, 1:].flatten(1), by_weight.roll(-size, 0), by_bias.roll(-size), None


class _LstmRows(torch.autograd.Function):
    """i, f, o = σ(x + U h + b), g = tanh(x + U h + b), c ← f ∘ c + i ∘ g, h ← o ∘ tanh(c); last h and c (B, H)."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor, steps: Steps) -> tuple[Tensor, Tensor, Tensor]:
        size, turned = weight.shape[1], weight.T.to(_kind(weight))
        states, cells = _zero_states(weight, steps), _zero_states(weight, steps)
        gates = inputs + bias
        previous, before, shown, outputs = (gates.new_empty(len(gates), size) for _ in range(4))
        for rows in steps:
            state, cell = states[: rows.stop - rows.start], cells[: rows.stop - rows.start]
            previous[rows], before[rows] = state, cell
            gate = gates[rows].add_(state.to(turned.dtype) @ turned)
            gate[:, : 2 * size].sigmoid_()
            gate[:, 2 * size : 3 * size].tanh_()
            gate[:, 3 * size :].sigmoid_()
            i, f, g, o = gate.chunk(4, 1)
            cell.mul_(f).addcmul_(i, g)
            state.copy_(torch.mul(o, torch.tanh(cell, out=shown[rows]), out=outputs[rows]))
        ctx.steps = steps
        ctx.save_for_backward(previous, before, shown, gates, turned)
        return outputs, states, cells

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, by_outputs: Tensor, by_last: Tensor, by_last_cells: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, None]:
        previous, before, shown, gates, turned = ctx.saved_tensors
        i, f, g, o = gates.chunk(4, 1)
        of_cells = torch.stack([g * i * (1 - i), before * f * (1 - f), i * (1 - g.square())], 1)  # (N, 3, H)
        of_outputs, through = shown * o * (1 - o), o * (1 - shown.square())
        by_states, by_cells = by_last.clone(), by_last_cells.clone()
        by_parts = gates.new_empty(len(gates), 4, gates.shape[1] // 4, dtype=turned.dtype)
        for rows in reversed(ctx.steps):
            by_state, by_cell = by_states[: rows.stop - rows.start], by_cells[: rows.stop - rows.start]
            by_state += by_outputs[rows]
            by_cell.addcmul_(by_state, through[rows])
            torch.mul(of_cells[rows], by_cell[:, None], out=by_parts[rows, :3])
            torch.mul(of_outputs[rows], by_state, out=by_parts[rows, 3])
            by_cell *= f[rows]
            by_state.copy_(by_parts[rows].flatten(1) @ turned.T)
        by_sums = by_parts.flatten(1)
        return by_sums, *_by_parameters(by_sums, previous), None


def _by_parameters(by_sums: Tensor, previous: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients by U and b, of those by U h + b (N, G · H) and the states before (N, H)."""
    by_weight = by_sums.T @ previous.to(by_sums.dtype)
    return by_weight.to(previous.dtype), by_sums.sum(0, dtype=previous.dtype)
