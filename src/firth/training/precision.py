"""What ``precision`` in params.yaml means to a network, in training and after it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def prepare(precision: str, *, cpu: bool) -> None:
    """Have torch multiply as ``precision`` says, on a CPU or else on a GPU."""
    # By default, a GPU multiplies in TF32, of 10 bits, in the recurrences of cuDNN and nowhere else.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"
    # In mixed precision, torch asks oneDNN for an LSTM in bfloat16 on any CPU, and it has one for some.
    has_lstm = "AVX512" in torch.backends.cpu.get_cpu_capability()
    torch.backends.mkldnn.enabled = not cpu or "bf16" not in precision or has_lstm  # type: ignore[assignment]


def for_lightning(precision: str) -> str:
    """What a Lightning trainer calls it."""
    return "32-true" if precision == "tf32" else precision


@contextmanager
def in_precision(precision: str, device: torch.device) -> Iterator[None]:
    """What runs here, outside a trainer, computes as it would inside one."""
    prepare(precision, cpu=device.type == "cpu")
    with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16-mixed"):
        yield
