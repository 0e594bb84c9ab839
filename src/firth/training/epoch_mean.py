"""The mean loss of an epoch, which a resumed training goes on with in mid-epoch."""

from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor


class EpochMean:
    """A weighted mean over the steps of an epoch and over all devices.

    Lightning's own means of what a step logs are not in its checkpoints.

    Attributes
    ----------
    total : sum of weight × value on this device, float32.
    weight : sum of the weights on this device.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin an epoch."""
        self.total: Tensor | float = 0.0
        self.weight = 0

    def add(self, value: Tensor | float, weight: int) -> None:
        """Count one step's mean ``value`` over ``weight`` items."""
        self.total = self.total + torch.as_tensor(value, dtype=torch.float32).detach() * weight
        self.weight += weight

    def mean(self, trainer: pl.Trainer) -> float | None:
        """The mean so far, or None if nothing was counted; every device has to ask."""
        total, weight = self._over_devices(trainer)
        return float(total / weight) if weight else None

    def state(self, trainer: pl.Trainer) -> dict[str, Any]:
        """What a checkpoint keeps, over all devices; every device has to ask."""
        total, weight = self._over_devices(trainer)
        return {"total": total.cpu(), "weight": weight}

    def restore(self, state: dict[str, Any], trainer: pl.Trainer) -> None:
        """Go on from a checkpoint: the first device has all that was counted."""
        self.reset()
        if trainer.is_global_zero:
            self.total, self.weight = state["total"].to(trainer.strategy.root_device), state["weight"]

    def _over_devices(self, trainer: pl.Trainer) -> tuple[Tensor, int]:
        total = torch.as_tensor(self.total, device=trainer.strategy.root_device).clone()  # reduced in place
        weight = torch.as_tensor(self.weight, device=trainer.strategy.root_device)
        return trainer.strategy.reduce(total, reduce_op="sum"), int(trainer.strategy.reduce(weight, reduce_op="sum"))
