"""Recurrences over packed sequences of unequal length, whose backward pass on a CPU takes time linear in the length.

Equal to ``plain_read_packed``, PyTorch's own. There, the backward pass on a CPU makes at every time step a gradient of
the size of the whole batch, zero in all rows but the step's own, so that its time is quadratic in the length. For 32
sequences of up to 1,024 tokens and 128 units each way, ``benchmarks/packed.py`` measured 641 ms beside 16,454 for a GRU
and 765 beside 22,270 for an LSTM; for up to 16 tokens 10 beside 14 and 12 beside 13.

Here the gradients with respect to the gates' inputs, δ, stand in one matrix, so that one product makes the gradient
with respect to the recurrent weights, Σ_t δ_tᵀ h_{t−1}. The gates' derivatives do not depend on the gradient from above
and are computed for all time steps at once; only the product that carries the gradient back to the step before is left
to the loop. Under autocast, products have its type and states stay in full precision.

Shapes: N rows (one a token; those of a time step stand together, the longest sequences first), B sequences, H hidden
size, G gates: 1 in an Elman network, 3 in a GRU (r, z, n), 4 in an LSTM (i, f, g, o), in PyTorch's order.
"""

from itertools import accumulate
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

Steps = list[slice]  # the rows of each time step, in the order in which they are read

State = Tensor | tuple[Tensor, Tensor]  # hidden states (layers · directions, B, H); in an LSTM, hidden and cell states


def plain_read_packed(layers: nn.RNNBase, sequences: PackedSequence) -> tuple[PackedSequence, State]:
    """The plain version of ``read_packed``: PyTorch's own recurrence."""
    outputs: PackedSequence
    outputs, state = layers(sequences)
    return outputs, state


def read_packed(layers: nn.RNNBase, sequences: PackedSequence) -> tuple[PackedSequence, State]:
    """Read packed sequences; return the top layer's hidden states, and each sequence's last state in every layer.

    The kernel runs on a CPU while gradients are recorded; PyTorch's own recurrence is fast enough elsewhere.
    """
    if sequences.data.device.type != "cpu" or not torch.is_grad_enabled():
        return plain_read_packed(layers, sequences)
    rows_function = {nn.RNN: _ElmanRows, nn.GRU: _GruRows, nn.LSTM: _LstmRows}[type(layers)]
    values, batch_sizes, _, original_order = sequences
    ends = list(accumulate(batch_sizes.tolist()))
    steps = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
    lasts = []
    for layer in range(layers.num_layers):
        if layer and layers.dropout:
            values = F.dropout(values, layers.dropout, layers.training)
        outputs = []
        for ordered, suffix in ((steps, ""), (steps[::-1], "_reverse"))[: 1 + layers.bidirectional]:
            weight_inputs, bias_inputs, weight_states, bias_states = (
                getattr(layers, f"{kind}_l{layer}{suffix}") for kind in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
            )
            inputs = F.linear(values, weight_inputs, bias_inputs)  # (N, G · H)
            output, *last = rows_function.apply(inputs, weight_states, bias_states, ordered)
            outputs.append(output)
            lasts.append(last)
        values = torch.cat(outputs, -1)
    parts = [torch.stack(part) for part in zip(*lasts, strict=True)]
    hidden, *cell = parts if original_order is None else [part.index_select(1, original_order) for part in parts]
    return sequences._replace(data=values), (hidden, cell[0]) if cell else hidden


def _product_dtype(weight: Tensor) -> torch.dtype:
    """Type in which matrices are multiplied."""
    return torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else weight.dtype


def _zero_states(weight: Tensor, steps: Steps) -> Tensor:
    return weight.new_zeros(max(rows.stop - rows.start for rows in steps), weight.shape[1])


class _ElmanRows(torch.autograd.Function):
    """h_t = tanh(x_t + U h_{t−1} + b), from rows x (N, H): every h, (N, H), and the last h of each sequence, (B, H)."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor, steps: Steps) -> tuple[Tensor, Tensor]:
        states, weight_t = _zero_states(weight, steps), weight.T.to(_product_dtype(weight))
        outputs = inputs + bias
        previous = torch.empty_like(outputs)
        for rows in steps:
            state, output = states[: rows.stop - rows.start], outputs[rows]
            previous[rows] = state
            output += state.to(weight_t.dtype) @ weight_t
            state.copy_(output.tanh_())
        ctx.steps = steps
        ctx.save_for_backward(previous, outputs, weight_t)
        return outputs, states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_outputs: Tensor, grad_last: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        previous, outputs, weight_t = ctx.saved_tensors
        factors, grad_states = 1 - outputs.square(), grad_last.clone()
        grad_sums = torch.empty_like(outputs, dtype=weight_t.dtype)
        for rows in reversed(ctx.steps):
            grad_state = grad_states[: rows.stop - rows.start]
            grad_state += grad_outputs[rows]
            grad_state.copy_(torch.mul(grad_state, factors[rows], out=grad_sums[rows]) @ weight_t.T)
        return grad_sums, *_parameter_gradients(grad_sums, previous), None


class _GruRows(torch.autograd.Function):
    """r, z = σ(x + U h + b), n = tanh(x + r ∘ (U h + b)), h ← (1 − z) ∘ n + z ∘ h (Cho et al. 2014)."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor, steps: Steps) -> tuple[Tensor, Tensor]:
        size, weight_t = weight.shape[1], weight.T.to(_product_dtype(weight))
        states, inputs, bias = _zero_states(weight, steps), inputs.to(weight.dtype), bias.to(weight_t.dtype)
        sums = torch.empty_like(inputs, dtype=weight_t.dtype)
        gates = inputs[:, : 2 * size].clone()
        candidates, previous, outputs = (inputs.new_empty(len(inputs), size) for _ in range(3))
        for rows in steps:
            state = states[: rows.stop - rows.start]
            previous[rows] = state
            part = torch.addmm(bias, state.to(weight_t.dtype), weight_t, out=sums[rows])
            gate = gates[rows].add_(part[:, : 2 * size]).sigmoid_()
            candidate = candidates[rows]
            torch.addcmul(inputs[rows, 2 * size :], gate[:, :size], part[:, 2 * size :], out=candidate).tanh_()
            state.copy_(torch.lerp(candidate, state, gate[:, size:], out=outputs[rows]))
        ctx.steps = steps
        ctx.save_for_backward(previous, sums[:, 2 * size :], gates, candidates, weight_t)
        return outputs, states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_outputs: Tensor, grad_last: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        previous, sums, gates, candidates, weight_t = ctx.saved_tensors
        size = candidates.shape[1]
        reset, update = gates[:, :size], gates[:, size:]
        factors = candidates.new_empty(
            len(candidates), 4, size
        )  # derivatives by U h + b: n, r, z; by x: r, z (the same), n
        torch.mul(1 - update, 1 - candidates.square(), out=factors[:, 3])
        torch.mul(factors[:, 3], reset, out=factors[:, 0])
        torch.mul(factors[:, 0] * sums, 1 - reset, out=factors[:, 1])
        torch.mul(previous - candidates, update * (1 - update), out=factors[:, 2])
        weight, grad_states = weight_t.T.roll(size, 0), grad_last.clone()  # n, r, z
        grad_parts = torch.empty_like(factors, dtype=weight_t.dtype)
        for rows in reversed(ctx.steps):
            grad_state = grad_states[: rows.stop - rows.start]
            grad_state += grad_outputs[rows]
            part = torch.mul(factors[rows], grad_state[:, None], out=grad_parts[rows])
            grad_state *= update[rows]
            grad_state += part[:, :3].flatten(1) @ weight
        grad_weight, grad_bias = _parameter_gradients(grad_parts[:, :3].flatten(1), previous)
        return grad_parts[:, 1:].flatten(1), grad_weight.roll(-size, 0), grad_bias.roll(-size), None


class _LstmRows(torch.autograd.Function):
    """i, f, o = σ(x + U h + b), g = tanh(x + U h + b), c ← f ∘ c + i ∘ g, h ← o ∘ tanh(c); also the last c, (B, H)."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, bias: Tensor, steps: Steps) -> tuple[Tensor, Tensor, Tensor]:
        size, weight_t = weight.shape[1], weight.T.to(_product_dtype(weight))
        states, cells = _zero_states(weight, steps), _zero_states(weight, steps)
        gates = inputs + bias
        previous, previous_cells, tanh_cells, outputs = (gates.new_empty(len(gates), size) for _ in range(4))
        for rows in steps:
            state, cell = states[: rows.stop - rows.start], cells[: rows.stop - rows.start]
            previous[rows], previous_cells[rows] = state, cell
            gate = gates[rows].add_(state.to(weight_t.dtype) @ weight_t)
            gate[:, : 2 * size].sigmoid_()
            gate[:, 2 * size : 3 * size].tanh_()
            gate[:, 3 * size :].sigmoid_()
            i, f, g, o = gate.chunk(4, 1)
            cell.mul_(f).addcmul_(i, g)
            state.copy_(torch.mul(o, torch.tanh(cell, out=tanh_cells[rows]), out=outputs[rows]))
        ctx.steps = steps
        ctx.save_for_backward(previous, previous_cells, tanh_cells, gates, weight_t)
        return outputs, states, cells

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, grad_outputs: Tensor, grad_last: Tensor, grad_last_cells: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, None]:
        previous, previous_cells, tanh_cells, gates, weight_t = ctx.saved_tensors
        i, f, g, o = gates.chunk(4, 1)
        gate_factors = torch.stack(
            [g * i * (1 - i), previous_cells * f * (1 - f), i * (1 - g.square())], 1
        )  # (N, 3, H)
        output_factors, cell_factors = tanh_cells * o * (1 - o), o * (1 - tanh_cells.square())
        grad_states, grad_cells = grad_last.clone(), grad_last_cells.clone()
        grad_parts = gates.new_empty(len(gates), 4, gates.shape[1] // 4, dtype=weight_t.dtype)
        for rows in reversed(ctx.steps):
            grad_state, grad_cell = grad_states[: rows.stop - rows.start], grad_cells[: rows.stop - rows.start]
            grad_state += grad_outputs[rows]
            grad_cell.addcmul_(grad_state, cell_factors[rows])
            torch.mul(gate_factors[rows], grad_cell[:, None], out=grad_parts[rows, :3])
            torch.mul(output_factors[rows], grad_state, out=grad_parts[rows, 3])
            grad_cell *= f[rows]
            grad_state.copy_(grad_parts[rows].flatten(1) @ weight_t.T)
        grad_sums = grad_parts.flatten(1)
        return grad_sums, *_parameter_gradients(grad_sums, previous), None


def _parameter_gradients(grad_sums: Tensor, previous: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients with respect to U and b, from those of U h + b (N, G · H) and the previous states (N, H)."""
    grad_weight = grad_sums.T @ previous.to(grad_sums.dtype)
    return grad_weight.to(previous.dtype), grad_sums.sum(0, dtype=previous.dtype)
