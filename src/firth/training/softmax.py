"""The softmax over the vocabulary and the loss above it, which together take most of the time of a step on a CPU."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

NO_TARGET = -1
ONE_DNN_WORDS = 4096  # of a vocabulary at least, for 32-bit products to go to oneDNN


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
        linear = _one_dnn if _is_for_one_dnn(hidden, weight) else F.linear
        scores = linear(hidden, weight, bias.to(kind))  # (N, V)
        largest = scores.amax(-1).to(exact)
        wanted = scores.gather(-1, places[:, None]).squeeze(-1)
        probabilities = torch.softmax(scores, -1, out=scores)  # in their place, as new memory of this size takes longer
        # log Σ exp(score) = score − log p of any word; of the likeliest one, p cannot underflow
        log_sum = largest - probabilities.amax(-1).to(exact).log()
        ctx.exact = exact
        ctx.save_for_backward(hidden, weight, probabilities, places, known)
        return (log_sum - wanted) * known

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        hidden, weight, probabilities, places, known = ctx.saved_tensors
        share = (gradient * known)[:, None].to(hidden.dtype)  # (N, 1)
        shares = share * hidden
        if _is_for_one_dnn(hidden, weight):
            expected = _one_dnn(probabilities, weight.T)  # Σ p(word) weight(word), (N, H)
            by_weight = _one_dnn(shares.T, probabilities.T).T  # faster than with the longer one transposed on the left
        else:
            expected, by_weight = probabilities @ weight, probabilities.T @ shares
        by_hidden = share * (expected - weight[places])
        by_weight = by_weight.to(ctx.exact).index_add_(0, places, -shares.to(ctx.exact))
        by_bias = (
            (probabilities.T @ share).flatten().to(ctx.exact).index_add_(0, places, -share.flatten().to(ctx.exact))
        )
        return by_hidden, by_weight, by_bias, None


def _is_for_one_dnn(hidden: Tensor, weight: Tensor) -> bool:
    """Whether products of (N, H) and (V, H) go to oneDNN, where PyTorch would give them to MKL, as it does in 32 bits.

    Those of 700 × 650 and 10,000 × 650, forwards and backwards, then took 139 ms for 173, on two cores of an AMD EPYC.
    oneDNN refuses a matrix without rows, such as an adaptive softmax has where no target is in a cluster.
    """
    large = len(hidden) > 0 and len(weight) >= ONE_DNN_WORDS
    on_cpu = weight.device.type == "cpu" and torch.backends.mkldnn.is_available()
    return large and on_cpu and weight.dtype == torch.float32


def _one_dnn(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
    """Left · rightᵀ + bias: (N, K) and (M, K) → (N, M)."""
    product: Tensor = torch.ops.mkldnn._linear_pointwise(left, right, bias, "none", [], "")
    return product
