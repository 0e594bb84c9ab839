"""Averaged weights, started when validation stops improving: NT-ASGD (Merity et al. 2017, section 3, algorithm 1)."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class Averages:
    """The mean of the weights over training steps; swapped in for validation, and out again for training.

    Attributes
    ----------
    interval : n, in epochs: averaging starts when a validation loss is above the lowest loss before the last n epochs;
        0 for never.
    losses : validation losses so far.
    count : the number of steps averaged.
    means : the averaged weights; None before averaging has started.
    swapped : whether the averages stand in the network, and the weights in ``means``.
    """

    def __init__(self, interval: int) -> None:
        self.interval = interval
        self.losses: list[float] = []
        self.count = 0
        self.means: list[Tensor] | None = None
        self.swapped = False

    def observe(self, loss: float, weights: Iterable[Tensor]) -> None:
        """Record a validation loss; start averaging with the present weights if the loss has stopped falling."""
        earlier = self.losses[: -self.interval] if self.interval else []
        if self.means is None and earlier and loss > min(earlier):
            self.means, self.count = [weight.detach().clone() for weight in weights], 1
        self.losses.append(loss)

    @torch.no_grad()
    def update(self, weights: Iterable[Tensor]) -> None:
        """Include the weights after one more step in the mean, if averaging has started."""
        if self.means is not None:
            self.count += 1
            torch._foreach_lerp_(self.means, [weight.detach() for weight in weights], 1 / self.count)

    @torch.no_grad()
    def swap(self, weights: Iterable[Tensor]) -> None:
        """Exchange the weights and their means, if averaging has started."""
        if self.means is not None:
            for weight, mean in zip(weights, self.means, strict=True):
                kept = weight.clone()
                weight.copy_(mean)
                mean.copy_(kept)
            self.swapped = not self.swapped

    def state(self) -> dict[str, Any]:
        """The values to save in a checkpoint."""
        return {"losses": self.losses, "count": self.count, "means": self.means}

    def restore(self, state: dict[str, Any], device: torch.device) -> None:
        """Continue from the values saved in a checkpoint."""
        self.losses, self.count = state["losses"], state["count"]
        self.means = None if state["means"] is None else [mean.to(device) for mean in state["means"]]
