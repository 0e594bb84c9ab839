"""The softmax over the vocabulary and the loss above it, which together take most of the time of a step on a CPU."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

NO_TARGET = -1


def softmax_nats(hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """−log softmax(W h + b) of the targets, (N,), and 0 where there is none (``NO_TARGET``).

    With label smoothing ε (Szegedy et al. 2016, section 7), 1 − ε times this and ε times the mean over the vocabulary:
    as both hold the same log Σ exp(score), that adds ε times the target's score less the mean score.

    Parameters
    ----------
    hidden : (N, H).
    weight, bias : (V, H) and (V,).
    targets : (N,) ids.
    """
    nats: Tensor = _SoftmaxNats.apply(hidden, weight, bias, targets)
    if not label_smoothing:
        return nats
    known = targets != NO_TARGET
    places = targets.where(known, 0)
    score = (hidden * F.embedding(places, weight)).sum(-1) + bias[places]
    mean = (hidden * weight.mean(0)).sum(-1) + bias.mean()
    return nats + label_smoothing * (score - mean) * known


class _SoftmaxNats(torch.autograd.Function):
    """With p the softmax and y the target as a one-hot vector, the gradient by the scores is p − y.

    PyTorch's own goes by way of log p, and makes two more matrices of N × V to come back from it.
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
        device, exact = hidden.device.type, weight.dtype
        kind = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else exact
        known = targets != NO_TARGET
        places = targets.where(known, 0)
        hidden, weight = hidden.to(kind), weight.to(kind)
        scores = F.linear(hidden, weight, bias.to(kind))  # (N, V)
        probabilities = scores.softmax(-1)
        # log Σ exp(score) = score − log p of any word; of the likeliest one, p cannot underflow
        log_sum = scores.amax(-1).to(exact) - probabilities.amax(-1).to(exact).log()
        ctx.exact = exact
        ctx.save_for_backward(hidden, weight, probabilities, places, known)
        return (log_sum - scores.gather(-1, places[:, None]).squeeze(-1)) * known

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        hidden, weight, probabilities, places, known = ctx.saved_tensors
        share = (gradient * known)[:, None].to(hidden.dtype)  # (N, 1)
        shares = share * hidden
        by_hidden = share * (probabilities @ weight - weight[places])
        by_weight = (probabilities.T @ shares).to(ctx.exact).index_add_(0, places, -shares.to(ctx.exact))
        by_bias = (
            (probabilities.T @ share).flatten().to(ctx.exact).index_add_(0, places, -share.flatten().to(ctx.exact))
        )
        return by_hidden, by_weight, by_bias, None
