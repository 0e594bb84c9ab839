"""What a training step costs, in operations rather than seconds, so that every machine says the same."""

from collections.abc import Callable
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode


def operations(loss: Callable[[], Tensor]) -> int:
    """Additions and multiplications of floating-point numbers in a loss and its gradient.

    Counted by PyTorch as they are run: those of products, of matrices and of elements, and of sums. Left out are
    functions of single elements (exp, log, tanh), which a product of vectors outweighs, and the optimizer's step.
    """
    counted: dict[Any, Callable[..., int]] = {
        torch.ops.aten.mul: _size_of_result,
        torch.ops.aten.sum: _size_of_argument,
    }
    if torch.backends.mkldnn.is_available():
        counted[torch.ops.mkldnn._linear_pointwise] = _linear  # of large softmaxes (kernels/fused_softmax.py)
    with FlopCounterMode(display=False, custom_mapping=counted) as counter:
        loss().backward()
    return int(counter.get_total_flops())


def _size_of_result(*_: Any, out_shape: Any = None, **__: Any) -> int:
    return prod(out_shape)


def _size_of_argument(shape: Any, *_: Any, **__: Any) -> int:
    return prod(shape)


def _linear(left: Any, right: Any, *_: Any, **__: Any) -> int:
    """A multiplication and an addition for each pair of numbers of (N, H) and (V, H)."""
    return 2 * prod(left) * int(right[0])
