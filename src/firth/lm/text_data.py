"""Windows of training and validation text as a Lightning data module."""

from typing import Any

import pytorch_lightning as pl
import torch
from numpy.typing import NDArray

from firth.lm.text_windows import (
    Window,
    Windows,
    equal_lengths,
    random_lengths,
    training_columns,
    validation_columns,
)
from firth.training.batches import Batches
from firth.training.reproducibility import generator

VALIDATION_COLUMNS = 20
VALIDATION_WINDOW = 128


class TextData(pl.LightningDataModule):
    """Training and validation text, on the device that trains.

    Parameters
    ----------
    train, valid : streams of ids in reading order, ``<eos>`` after every sentence.
    batch_size : the number of columns over all devices; each device gets neighboring columns.
    window_seed : of random lengths around ``bptt_length``; None for windows of exactly that length.
    """

    def __init__(
        self, train: NDArray, valid: NDArray, batch_size: int, bptt_length: int, window_seed: int | None = None
    ) -> None:
        super().__init__()
        self.train, self.valid = train, valid
        self.batch_size, self.bptt_length, self.window_seed = batch_size, bptt_length, window_seed
        self.first_step = 0  # the number of steps before the present epoch, which names the epoch's generator
        self._resumed: int | None = None  # the same of the epoch in which a training was interrupted

    @property
    def steps_per_epoch(self) -> int:
        """Windows of the first epoch; with random lengths, later epochs have about as many."""
        return len(self._lengths(0))

    def train_dataloader(self) -> Batches[Window]:
        """Windows of this device's columns in reading order; in every epoch the same, unless lengths are random."""
        rank, devices = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        tokens, targets = training_columns(self.train, self.batch_size)  # (L, batch_size) each
        share = slice(rank * self.batch_size // devices, (rank + 1) * self.batch_size // devices)
        if self.trainer:
            self.first_step = self.trainer.global_step if self._resumed is None else self._resumed
            self._resumed = None
        lengths = self._lengths(self.first_step)
        return Batches(Windows(tokens[:, share], targets[:, share], lengths, self._device))

    def state_dict(self) -> dict[str, Any]:
        return {"first_step": self.first_step}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._resumed = state_dict["first_step"]

    def _lengths(self, first_step: int) -> list[int]:
        rows = len(self.train) // self.batch_size
        if self.window_seed is None:
            return equal_lengths(rows, self.bptt_length)
        return random_lengths(rows, self.bptt_length, generator(self.window_seed, "windows", first_step))

    def val_dataloader(self) -> Batches[Window]:
        """Windows of the validation text in 20 columns; every device reads all of them."""
        tokens, targets = validation_columns(self.valid, VALIDATION_COLUMNS)
        lengths = equal_lengths(len(tokens), VALIDATION_WINDOW)
        return Batches(Windows(tokens, targets, lengths, self._device))

    @property
    def _device(self) -> torch.device | None:
        return self.trainer.strategy.root_device if self.trainer else None
