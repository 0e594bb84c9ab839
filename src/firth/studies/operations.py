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
    elementwise = {torch.ops.aten.mul: _size_of_result, torch.ops.aten.sum: _size_of_argument}
    with FlopCounterMode(display=False, custom_mapping=elementwise) as counter:
        loss().backward()
    return int(counter.get_total_flops())


def _size_of_result(*_: Any, out_shape: Any = None, **__: Any) -> int:
    return prod(out_shape)


def _size_of_argument(shape: Any, *_: Any, **__: Any) -> int:
    return prod(shape)
