"""Windows of training and validation text as a Lightning data module."""

import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from firth.lm.text_windows import (
    Window,
    Windows,
    equal_lengths,
    random_lengths,
    training_columns,
    validation_columns,
)
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

    def train_dataloader(self) -> DataLoader[Window]:
        """Windows of this device's columns in reading order; in every epoch the same, unless lengths are random."""
        rank, devices = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        tokens, targets = training_columns(self.train, self.batch_size)  # (L, batch_size) each
        share = slice(rank * self.batch_size // devices, (rank + 1) * self.batch_size // devices)
        lengths = equal_lengths(len(tokens), self.bptt_length)
        if self.window_seed is not None:
            step = self.trainer.global_step if self.trainer else 0  # correct after a resume, unlike the epoch
            lengths = random_lengths(len(tokens), self.bptt_length, generator(self.window_seed, "windows", step))
        return DataLoader(Windows(tokens[:, share], targets[:, share], lengths, self._device), batch_size=None)

    def val_dataloader(self) -> DataLoader[Window]:
        """Windows of the validation text in 20 columns; every device reads all of them."""
        tokens, targets = validation_columns(self.valid, VALIDATION_COLUMNS)
        lengths = equal_lengths(len(tokens), VALIDATION_WINDOW)
        return DataLoader(Windows(tokens, targets, lengths, self._device), batch_size=None)

    @property
    def _device(self) -> torch.device | None:
        return self.trainer.strategy.root_device if self.trainer else None
