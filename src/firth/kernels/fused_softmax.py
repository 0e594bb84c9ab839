"""Softmax cross-entropy over the vocabulary with the output layer below it, as one operation with its own gradient.

Equal to ``plain_negative_log_likelihood``, which holds three more matrices of the size of the logits. On a CPU these
products and passes take most of the time of a training step: a step of a 2 × 200 LSTM over 10,000 words took 75 ms
instead of 84, of a 2 × 650 LSTM 323 instead of 344 (measured when oneDNN and the softmax in place came in;
``benchmarks/plain_lstm.py`` times whole trainings: 1.01 to 1.05 times a plain PyTorch loop).

Shapes: N positions, H hidden size, V vocabulary size.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

NO_TARGET = -1
ONE_DNN_WORDS = 4096  # smallest vocabulary whose 32-bit products go to oneDNN


def plain_negative_log_likelihood(
    hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, label_smoothing: float = 0.0
) -> Tensor:
    """The plain version of ``softmax_negative_log_likelihood``: the same arguments and values."""
    logits = F.linear(hidden, weight, bias)  # (N, V)
    return F.cross_entropy(
        logits, targets, ignore_index=NO_TARGET, reduction="none", label_smoothing=label_smoothing
    )  # (N,)


def softmax_negative_log_likelihood(
    hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, label_smoothing: float = 0.0
) -> Tensor:
    """−log softmax(W h + b) of the targets in nats, (N,), and 0 where the target is ``NO_TARGET``.

    With label smoothing ε (Szegedy et al. 2016, section 7): (1 − ε) times the target's negative log-likelihood plus ε
    times the mean over the vocabulary. Both hold the same log Σ exp(logit), so smoothing adds ε times the difference
    between the target's logit and the mean logit.

    Parameters
    ----------
    hidden : (N, H).
    weight, bias : (V, H) and (V,).
    targets : (N,) ids.
    """
    loss: Tensor = _SoftmaxNegativeLogLikelihood.apply(hidden, weight, bias, targets)  # (N,)
    if not label_smoothing:
        return loss
    known = targets != NO_TARGET
    ids = targets.where(known, 0)
    target_logit = (hidden * F.embedding(ids, weight)).sum(-1) + bias[ids]  # (N,)
    mean_logit = (hidden * weight.mean(0)).sum(-1) + bias.mean()  # (N,)
    return loss + label_smoothing * (target_logit - mean_logit) * known


class _SoftmaxNegativeLogLikelihood(torch.autograd.Function):
    """With p the softmax and y the target as a one-hot vector, the gradient with respect to the logits is p − y.

    PyTorch's own backward pass goes by way of log p, which takes two more matrices of N × V.
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
        device, exact = hidden.device.type, weight.dtype
        dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else exact
        known = targets != NO_TARGET
        ids = targets.where(known, 0)
        hidden, weight = hidden.to(dtype), weight.to(dtype)
        linear = _one_dnn_linear if _is_for_one_dnn(hidden, weight) else F.linear
        logits = linear(hidden, weight, bias.to(dtype))  # (N, V)
        largest = logits.amax(-1).to(exact)  # (N,)
        target_logit = logits.gather(-1, ids[:, None]).squeeze(-1)  # (N,)
        probabilities = torch.softmax(logits, -1, out=logits)  # in place: new memory of this size takes longer
        # log Σ exp(logit) = logit − log p of any word; the likeliest word's p cannot underflow
        log_sum = largest - probabilities.amax(-1).to(exact).log()
        ctx.exact = exact
        ctx.save_for_backward(hidden, weight, probabilities, ids, known)
        return (log_sum - target_logit) * known

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        hidden, weight, probabilities, ids, known = ctx.saved_tensors
        scale = (gradient * known)[:, None].to(hidden.dtype)  # (N, 1)
        scaled = scale * hidden  # (N, H)
        if _is_for_one_dnn(hidden, weight):
            expected = _one_dnn_linear(probabilities, weight.T)  # Σ_w p(w) weight(w), (N, H)
            grad_weight = _one_dnn_linear(scaled.T, probabilities.T).T  # faster than the larger matrix on the left
        else:
            expected, grad_weight = probabilities @ weight, probabilities.T @ scaled
        grad_hidden = scale * (expected - weight[ids])
        grad_weight = grad_weight.to(ctx.exact).index_add_(0, ids, -scaled.to(ctx.exact))  # (V, H)
        grad_bias = (probabilities.T @ scale).flatten().to(ctx.exact).index_add_(0, ids, -scale.flatten().to(ctx.exact))
        return grad_hidden, grad_weight, grad_bias, None


def _is_for_one_dnn(hidden: Tensor, weight: Tensor) -> bool:
    """Whether products of (N, H) and (V, H) go to oneDNN rather than to MKL, PyTorch's choice for 32 bits on a CPU.

    For 700 × 650 and 10,000 × 650, forward and backward, oneDNN took 139 ms and MKL 173, on two cores of an AMD EPYC.
    oneDNN refuses a matrix without rows, which an adaptive softmax has when no target is in a cluster.
    """
    large = len(hidden) > 0 and len(weight) >= ONE_DNN_WORDS
    on_cpu = weight.device.type == "cpu" and torch.backends.mkldnn.is_available()
    return large and on_cpu and weight.dtype == torch.float32


def _one_dnn_linear(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
    """Left · rightᵀ + bias: (N, K) and (M, K) → (N, M)."""
    product: Tensor = torch.ops.mkldnn._linear_pointwise(left, right, bias, "none", [], "")
    return product
