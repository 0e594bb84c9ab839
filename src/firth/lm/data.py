"""Text as batches for truncated BPTT: one stream of ids in parallel columns, cut into windows."""

import math
from collections.abc import Sequence

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from firth.errors import FirthError
from firth.text.vocabulary import EOS_ID
from firth.training.reproducibility import generator
from firth.training.softmax import NO_TARGET

HALVED, DEVIATION, SHORTEST = 0.05, 5.0, 5  # of random windows (Merity et al. 2017, section 5)
VALIDATION_COLUMNS = 20
VALIDATION_WINDOW = 128

Batch = tuple[Tensor, Tensor]  # tokens (T, B), and the tokens that follow them (T, B)


class Windows(Dataset[Batch]):
    """Consecutive windows over columns of text.

    Parameters
    ----------
    tokens, targets : ids of shape (L, B), of any integer type.
    lengths : of the windows, one after another; the last one ends with the text.
    device : where the text lies, so that a step has to wait for no transfer.
    """

    def __init__(
        self, tokens: NDArray, targets: NDArray, lengths: Sequence[int], device: torch.device | None = None
    ) -> None:
        self.tokens, self.targets = (_integers(ids).to(device or "cpu") for ids in (tokens, targets))
        self.ends = np.minimum(np.cumsum(lengths), len(tokens)).tolist()

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> Batch:
        if not 0 <= index < len(self):
            raise IndexError(index)
        rows = slice(self.ends[index - 1] if index else 0, self.ends[index])
        return self.tokens[rows].long(), self.targets[rows].long()


def equal_lengths(rows: int, length: int) -> list[int]:
    """Lengths of windows that share out ``rows`` rows; the last one may be longer than what is left."""
    return [length] * math.ceil(rows / length)


def random_lengths(rows: int, length: int, random: np.random.Generator) -> list[int]:
    """Lengths of windows, drawn anew for every epoch, so that it isn't the same words whose gradients are cut off.

    Merity et al. (2017), section 5: around ``length``, seldom around half of it.
    """
    lengths: list[int] = []
    while sum(lengths) < rows:
        center = length / 2 if random.random() < HALVED else length
        lengths.append(max(SHORTEST, int(random.normal(center, DEVIATION))))
    return lengths


def training_columns(ids: NDArray, batch_size: int) -> tuple[NDArray, NDArray]:
    """Cut a stream into ``batch_size`` columns of consecutive text; fewer than ``batch_size`` last tokens are dropped.

    The stream's first token is predicted from ``<eos>``, as every later sentence's is.

    Returns
    -------
    (tokens, targets)
        Both (L, B) with L = len(ids) // B; targets[t] follows tokens[t].

    Raises
    ------
    FirthError
        If the stream is shorter than one row.
    """
    length = len(ids) // batch_size
    if length == 0:
        raise FirthError(f"lm.batch_size = {batch_size}: more than the {len(ids)} training tokens; make it smaller")
    tokens = _shifted(ids)[: length * batch_size].reshape(batch_size, length)
    targets = ids[: length * batch_size].reshape(batch_size, length)
    return tokens.T, targets.T


def validation_columns(ids: NDArray, columns: int) -> tuple[NDArray, NDArray]:
    """Cut a stream into columns without dropping a token; where the last rows have none, targets are ``NO_TARGET``.

    Raises
    ------
    FirthError
        If the stream is empty.
    """
    if len(ids) == 0:
        raise FirthError("validation or test text: no sentence to score; give a longer text")
    length = math.ceil(len(ids) / columns)
    padding = length * columns - len(ids)
    tokens = np.pad(_shifted(ids), (0, padding), constant_values=EOS_ID).reshape(columns, length)
    targets = np.pad(ids.astype(np.int64), (0, padding), constant_values=NO_TARGET).reshape(columns, length)
    return tokens.T, targets.T


class TextData(pl.LightningDataModule):
    """Training and validation text for Lightning, on the device that trains.

    Parameters
    ----------
    train, valid : streams of ids in reading order, ``<eos>`` after every sentence.
    batch_size : the number of columns over all devices; each device takes its share of neighboring columns.
    window_seed : of random lengths around ``bptt_length``; None for windows of just that length.
    """

    def __init__(
        self, train: NDArray, valid: NDArray, batch_size: int, bptt_length: int, window_seed: int | None = None
    ) -> None:
        super().__init__()
        self.train, self.valid = train, valid
        self.batch_size, self.bptt_length, self.window_seed = batch_size, bptt_length, window_seed

    def train_dataloader(self) -> DataLoader[Batch]:
        """Windows of this device's columns in reading order, the same in every epoch unless lengths are random."""
        rank, devices = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        tokens, targets = training_columns(self.train, self.batch_size)
        share = slice(rank * self.batch_size // devices, (rank + 1) * self.batch_size // devices)
        lengths = equal_lengths(len(tokens), self.bptt_length)
        if self.window_seed is not None:
            step = self.trainer.global_step if self.trainer else 0  # is right after a resume, unlike the epoch
            lengths = random_lengths(len(tokens), self.bptt_length, generator(self.window_seed, "windows", step))
        return DataLoader(Windows(tokens[:, share], targets[:, share], lengths, self._device), batch_size=None)

    def val_dataloader(self) -> DataLoader[Batch]:
        """Windows of the validation text in 20 columns, for a quick figure after every epoch; each device reads all."""
        tokens, targets = validation_columns(self.valid, VALIDATION_COLUMNS)
        lengths = equal_lengths(len(tokens), VALIDATION_WINDOW)
        return DataLoader(Windows(tokens, targets, lengths, self._device), batch_size=None)

    @property
    def _device(self) -> torch.device | None:
        return self.trainer.strategy.root_device if self.trainer else None


def _shifted(ids: NDArray) -> NDArray:
    """The token before each: ``<eos>``, then all but the last."""
    return np.concatenate([np.array([EOS_ID], ids.dtype), ids[:-1]])


def _integers(ids: NDArray) -> Tensor:
    """Ids as a tensor of 32 bits: torch has no type of 16 bits for every id."""
    return torch.from_numpy(np.ascontiguousarray(ids, dtype=np.int32))
