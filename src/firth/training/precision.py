"""The key ``precision`` of params.yaml: how a network computes, in training and after it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def prepare(precision: str, *, cpu: bool) -> None:
    """Set torch's precision of matrix products, for a CPU or a GPU."""
    # By default, a GPU uses TF32 (a mantissa of 10 bits) in cuDNN's recurrences alone.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    # In mixed precision, torch calls oneDNN's LSTM in bfloat16, which exists only for CPUs with AVX-512.
    has_lstm = "AVX512" in torch.backends.cpu.get_cpu_capability()
    torch.backends.mkldnn.enabled = not cpu or "bf16" not in precision or has_lstm  # type: ignore[assignment]


def for_lightning(precision: str) -> str:
    """The precision by Lightning's name."""
    return "32-true" if precision == "tf32" else precision


@contextmanager
def in_precision(precision: str, device: torch.device) -> Iterator[None]:
    """Compute in the experiment's precision outside a trainer."""
    prepare(precision, cpu=device.type == "cpu")
    with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16-mixed"):
        yield
