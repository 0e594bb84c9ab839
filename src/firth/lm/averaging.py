"""Averaged weights, begun when validation stops improving: NT-ASGD (Merity et al. 2017, section 3, algorithm 1)."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor


class Averages:
    """The running mean of weights over steps; swapped in for validation, and out again for training.

    Attributes
    ----------
    interval : epochs n: averaging begins when a validation loss is above the best of those n epochs ago and before;
        0 for never.
    losses : validation losses so far.
    """

    def __init__(self, interval: int) -> None:
        self.interval = interval
        self.losses: list[float] = []
        self.count = 0  # steps in the mean
        self.means: list[Tensor] | None = None
        self.swapped = False

    def observe(self, loss: float, weights: Iterable[Tensor]) -> None:
        """Take note of a validation loss, and begin with the present weights if it is no longer falling."""
        earlier = self.losses[: -self.interval] if self.interval else []
        if self.means is None and earlier and loss > min(earlier):
            self.means, self.count = [weight.detach().clone() for weight in weights], 1
        self.losses.append(loss)

    @torch.no_grad()
    def update(self, weights: Iterable[Tensor]) -> None:
        """Take the weights after one more step into the mean, if averaging has begun."""
        if self.means is not None:
            self.count += 1
            torch._foreach_lerp_(self.means, [weight.detach() for weight in weights], 1 / self.count)

    @torch.no_grad()
    def swap(self, weights: Iterable[Tensor]) -> None:
        """Exchange the weights and their means, if there are any."""
        if self.means is not None:
            for weight, mean in zip(weights, self.means, strict=True):
                kept = weight.clone()
                weight.copy_(mean)
                mean.copy_(kept)
            self.swapped = not self.swapped

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds."""
        return {"losses": self.losses, "count": self.count, "means": self.means}

    def restore(self, state: dict[str, Any], device: torch.device) -> None:
        """Go on from what a checkpoint holds."""
        self.losses, self.count = state["losses"], state["count"]
        self.means = None if state["means"] is None else [mean.to(device) for mean in state["means"]]
