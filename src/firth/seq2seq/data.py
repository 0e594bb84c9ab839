"""Pairs of source and target as padded batches, in an order that is a function of seed and epoch alone."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from firth.errors import FirthError
from firth.params.seq2seq import Seq2seqParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, PAD_ID
from firth.training.reproducibility import generator

POOL = 64  # batches whose pairs are sorted by length together: little padding, yet no batch is the same twice


@dataclass(frozen=True)
class Batch:
    """A share of one global batch; time runs down the rows.

    Parameters
    ----------
    source : (S, B) int64, padded with ``<pad>``.
    lengths : (B,) int64, real tokens of each source, always on the CPU (where packing wants them).
    target : (T, B) int64, padded with ``<pad>``.
    labels : (T + 1, B) int64: the target and then ``<eos>``, padded with ``<pad>``.
    real : (T + 1, B) bool: which labels are real.
    tokens : real labels in this share.
    global_tokens : real labels in the global batch, of which this is one device's share.
    """

    source: Tensor
    lengths: Tensor
    target: Tensor
    labels: Tensor
    real: Tensor
    tokens: int
    global_tokens: int

    def to(self, device: torch.device, **options: Any) -> "Batch":
        """Move all but ``lengths``."""
        moved = {name: getattr(self, name).to(device, **options) for name in ("source", "target", "labels", "real")}
        return replace(self, **moved)


@dataclass(frozen=True)
class Pairs:
    """Sources and targets of one split, line-aligned."""

    source: TokenStream
    target: TokenStream

    @classmethod
    def load(cls, folder: Path, split: str) -> "Pairs":
        """Open ``{split}.source`` and ``{split}.target`` of a folder of tokens."""
        pairs = cls(TokenStream.load(folder, f"{split}.source"), TokenStream.load(folder, f"{split}.target"))
        if len(pairs.source) != len(pairs.target):
            raise FirthError(
                f"{folder}/{split}: {len(pairs.source)} sources but {len(pairs.target)} targets; run its tokenize stage"
            )
        if not len(pairs.source):
            raise FirthError(f"{folder}/{split}: no pairs; give the corpus more text")
        return pairs

    def __len__(self) -> int:
        return len(self.source)

    def first(self, count: int) -> "Pairs":
        """As many pairs from the beginning."""
        return Pairs(self.source.first(count), self.target.first(count))

    def batch(self, pairs: np.ndarray, rank: int = 0, world_size: int = 1) -> Batch:
        """One device's share of the global batch of these pairs (indices): every ``world_size``-th from ``rank`` on."""
        global_tokens = int(_lengths(self.target)[pairs].sum()) + len(pairs)
        share = pairs[rank::world_size]
        source, lengths = source_columns(self.source, share)
        target, target_lengths = _padded(self.target, share)
        columns = np.arange(len(share))
        labels = np.concatenate([target, np.full((1, len(share)), PAD_ID)])
        labels[target_lengths, columns] = EOS_ID
        real = np.arange(len(labels))[:, None] <= target_lengths
        return Batch(
            source,
            lengths,
            torch.from_numpy(target),
            torch.from_numpy(labels),
            torch.from_numpy(real),
            int(real.sum()),
            global_tokens,
        )


def test_splits(folder: Path) -> list[str]:
    """The names of a folder's test splits, in order.

    Raises
    ------
    FirthError
        If there is none.
    """
    splits = sorted(path.name.removesuffix(".source.ids.npy") for path in folder.glob("test*.source.ids.npy"))
    if not splits:
        raise FirthError(f"{folder}: no test split; run `dvc repro tokenize@{folder.name}`")
    return splits


def epoch_batches(pairs: Pairs, settings: Seq2seqParams, seed: int, epoch: int) -> list[np.ndarray]:
    """Indices of the pairs of each global batch in one epoch of training: as many batches in every epoch.

    Pairs are shuffled, brought in order of length, cut into batches, and the batches are shuffled. With batches of
    pairs that order is made within pools of ``POOL`` batches, and batches are of equal size (to one pair, at most
    ``batch_size``). With batches of tokens it is that of all pairs by their longer side, and a batch holds as many as
    keep pairs times longest side, padding and ``<eos>`` included, within ``batch_size``, and one pair at least.
    """
    random = generator(seed, "seq2seq", "order", epoch)
    order = random.permutation(len(pairs))
    if settings.batch_type == "tokens":
        lengths = np.maximum(_lengths(pairs.source), _lengths(pairs.target) + 1)
        order = order[np.argsort(lengths[order], kind="stable")]
        cuts = _cuts(lengths[order], settings)
    else:
        cuts = _cuts(_lengths(pairs.source), settings)
        for start, end in pairwise([*cuts[:-1:POOL], cuts[-1]]):
            order[start:end] = _by_length(pairs, order[start:end])
    batches = [order[start:end] for start, end in pairwise(cuts)]
    return [batches[index] for index in random.permutation(len(batches))]


def sorted_batches(sources: TokenStream, settings: Seq2seqParams) -> list[np.ndarray]:
    """Indices of the sources of each batch for evaluation: by length, so that little is padded."""
    lengths = _lengths(sources)
    order = np.argsort(lengths, kind="stable")
    return [order[start:end] for start, end in pairwise(_cuts(lengths[order], settings))]


def source_columns(sources: TokenStream, sentences: np.ndarray) -> tuple[Tensor, Tensor]:
    """What an encoder reads: some sentences, by index, as columns (S, B) int64, padded, and their lengths (B,).

    A source without a token is read as a lone ``<eos>``.
    """
    columns, lengths = _padded(sources, sentences)
    columns[0, lengths == 0] = EOS_ID
    return torch.from_numpy(columns), torch.from_numpy(np.maximum(lengths, 1))


class Batches(Dataset[Batch]):
    """Whole batches as items."""

    def __init__(self, pairs: Pairs, batches: list[np.ndarray], rank: int, world_size: int) -> None:
        self.pairs, self.batches, self.rank, self.world_size = pairs, batches, rank, world_size

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> Batch:
        return self.pairs.batch(self.batches[index], self.rank, self.world_size)

    def __iter__(self) -> Iterator[Batch]:
        return (self[index] for index in range(len(self)))


class Seq2seqData(pl.LightningDataModule):
    """Training and validation pairs for a Lightning trainer, each device with its share of every global batch."""

    def __init__(self, train: Pairs, valid: Pairs, settings: Seq2seqParams, seed: int) -> None:
        super().__init__()
        self.train, self.valid, self.settings, self.seed = train, valid, settings, seed

    @property
    def steps_per_epoch(self) -> int:
        return len(epoch_batches(self.train, self.settings, self.seed, 0))

    def train_dataloader(self) -> DataLoader[Batch]:
        epoch = self.trainer.current_epoch if self.trainer else 0
        return self._loader(self.train, epoch_batches(self.train, self.settings, self.seed, epoch))

    def val_dataloader(self) -> DataLoader[Batch]:
        return self._loader(self.valid, sorted_batches(self.valid.source, self.settings))

    def _loader(self, pairs: Pairs, batches: list[np.ndarray]) -> DataLoader[Batch]:
        rank, world_size = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        smallest = min(map(len, batches))
        if smallest < world_size:
            raise FirthError(
                f"seq2seq.batch_size = {self.settings.batch_size}: a batch of {smallest} pairs cannot be shared by "
                f"{world_size} devices; give a larger batch size, more text or fewer devices"
            )
        return DataLoader(Batches(pairs, batches, rank, world_size), batch_size=None)


def _lengths(stream: TokenStream) -> np.ndarray:
    return np.diff(stream.offsets)


def _cuts(lengths: np.ndarray, settings: Seq2seqParams) -> list[int]:
    """Where batches begin, and the end: for batches of tokens, ``lengths`` (N,) have to rise."""
    if settings.batch_type == "pairs":
        count = math.ceil(len(lengths) / settings.batch_size)
        return [index * len(lengths) // count for index in range(count + 1)]
    cuts = [0]
    for end, length in enumerate(lengths.tolist(), start=1):
        if end - cuts[-1] > 1 and (end - cuts[-1]) * length > settings.batch_size:
            cuts.append(end - 1)
    return [*cuts, len(lengths)]


def _by_length(pairs: Pairs, order: np.ndarray) -> np.ndarray:
    """``order`` sorted by the length of the source, then of the target; ties stay as they are."""
    return order[np.lexsort((_lengths(pairs.target)[order], _lengths(pairs.source)[order]))]


def _padded(stream: TokenStream, sentences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sentences as columns, padded below to the longest (and to one row at least): (L, B) int64, lengths (B,)."""
    starts, lengths = stream.offsets[sentences], _lengths(stream)[sentences]
    rows = np.arange(max(int(lengths.max()), 1))[:, None]
    real = rows < lengths
    padded = np.full(real.shape, PAD_ID, dtype=np.int64)
    padded[real] = stream.ids[(starts + rows)[real]]
    return padded, lengths
