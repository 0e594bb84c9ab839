"""Text as batches for truncated BPTT: one stream of ids in parallel columns, cut into windows."""

import math

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from firth.errors import FirthError
from firth.text.vocabulary import EOS_ID

NO_TARGET = -1
VALIDATION_COLUMNS = 20
VALIDATION_WINDOW = 128

Batch = tuple[Tensor, Tensor]  # tokens (T, B), and the tokens that follow them (T, B)


class Windows(Dataset[Batch]):
    """Consecutive windows of at most ``length`` rows over columns of text; the last one is shorter.

    Parameters
    ----------
    tokens, targets : ids of shape (L, B), of any integer type.
    """

    def __init__(self, tokens: NDArray, targets: NDArray, length: int) -> None:
        self.tokens, self.targets, self.length = tokens, targets, length

    def __len__(self) -> int:
        return math.ceil(len(self.tokens) / self.length)

    def __getitem__(self, index: int) -> Batch:
        if not 0 <= index < len(self):
            raise IndexError(index)
        rows = slice(index * self.length, (index + 1) * self.length)
        return _long(self.tokens[rows]), _long(self.targets[rows])


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
    """Training and validation text for Lightning.

    Parameters
    ----------
    train, valid : streams of ids in reading order, ``<eos>`` after every sentence.
    batch_size : the number of columns over all devices; each device takes its share of neighboring columns.
    """

    def __init__(self, train: NDArray, valid: NDArray, batch_size: int, bptt_length: int) -> None:
        super().__init__()
        self.train, self.valid = train, valid
        self.batch_size, self.bptt_length = batch_size, bptt_length

    def train_dataloader(self) -> DataLoader[Batch]:
        """Windows of this device's columns, in reading order, the same in every epoch."""
        rank, devices = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        tokens, targets = training_columns(self.train, self.batch_size)
        share = slice(rank * self.batch_size // devices, (rank + 1) * self.batch_size // devices)
        return DataLoader(Windows(tokens[:, share], targets[:, share], self.bptt_length), batch_size=None)

    def val_dataloader(self) -> DataLoader[Batch]:
        """Windows of the validation text in 20 columns, for a quick figure after every epoch; each device reads all."""
        tokens, targets = validation_columns(self.valid, VALIDATION_COLUMNS)
        return DataLoader(Windows(tokens, targets, VALIDATION_WINDOW), batch_size=None)


def _shifted(ids: NDArray) -> NDArray:
    """The token before each: ``<eos>``, then all but the last."""
    return np.concatenate([np.array([EOS_ID], ids.dtype), ids[:-1]])


def _long(ids: NDArray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(ids, dtype=np.int64))
