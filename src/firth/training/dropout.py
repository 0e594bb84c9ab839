"""Dropout for sequences."""

import torch
from torch import Tensor
from torch.nn import functional as F


def locked_dropout(values: Tensor, share: float, training: bool) -> Tensor:
    """Dropout of values (T, B, …) with the same mask at all time steps T (Gal & Ghahramani 2016)."""
    if not training or not share:
        return values
    return values * F.dropout(torch.ones_like(values[:1]), share)
