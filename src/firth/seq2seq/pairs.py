"""Pairs of source and target in padded batches, whose order is a function of seed and epoch alone."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from firth.errors import FirthError
from firth.params.seq2seq_params import Seq2seqParams
from firth.stored_files import damaged
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, PAD_ID
from firth.training.reproducibility import generator

POOL = 64  # batches whose pairs are sorted by length together: little padding, but different batches every epoch


@dataclass(frozen=True)
class PairBatch:
    """One device's share of a global batch; each column is a sentence.

    Parameters
    ----------
    source : (S, B) int64, padded with ``<pad>``.
    lengths : (B,) int64, tokens of each source without padding, always on the CPU, as packing requires.
    target : (T, B) int64, padded with ``<pad>``.
    labels : (T + 1, B) int64: the target and then ``<eos>``, padded with ``<pad>``.
    real : (T + 1, B) bool: False on padding.
    tokens : labels in this share, without padding.
    global_tokens : labels in the global batch, without padding.
    """

    source: Tensor
    lengths: Tensor
    target: Tensor
    labels: Tensor
    real: Tensor
    tokens: int
    global_tokens: int

    def to(self, device: torch.device, **options: Any) -> "PairBatch":
        """Move every tensor but ``lengths``."""
        moved = {name: getattr(self, name).to(device, **options) for name in ("source", "target", "labels", "real")}
        return replace(self, **moved)


@dataclass(frozen=True)
class Pairs:
    """Sources and targets of one split, line-aligned."""

    source: TokenStream
    target: TokenStream

    @classmethod
    def load(cls, folder: Path, split: str) -> "Pairs":
        """Open ``{split}.source`` and ``{split}.target`` of a folder of tokens.

        Raises
        ------
        FirthError
            If a file is missing or damaged, or the sides are not of one length.
        """
        pairs = cls(TokenStream.load(folder, f"{split}.source"), TokenStream.load(folder, f"{split}.target"))
        if len(pairs.source) != len(pairs.target):
            fault = f"{len(pairs.source)} sources but {len(pairs.target)} targets"
            raise damaged(folder / split, fault, f"tokenize@{folder.name}")
        return pairs

    def __len__(self) -> int:
        return len(self.source)

    def first(self, count: int) -> "Pairs":
        """The first ``count`` pairs."""
        return Pairs(self.source.first(count), self.target.first(count))

    def batch(self, pairs: np.ndarray, rank: int = 0, world_size: int = 1) -> PairBatch:
        """One device's share of the global batch of these pairs (indices): every ``world_size``-th from ``rank`` on."""
        global_tokens = int(_lengths(self.target)[pairs].sum()) + len(pairs)
        share = pairs[rank::world_size]
        source, lengths = source_columns(self.source, share)
        target, target_lengths = _padded(self.target, share)
        columns = np.arange(len(share))
        labels = np.concatenate([target, np.full((1, len(share)), PAD_ID)])
        labels[target_lengths, columns] = EOS_ID
        real = np.arange(len(labels))[:, None] <= target_lengths
        return PairBatch(
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
        If there is no test split.
    """
    splits = sorted(path.name.removesuffix(".source.ids.npy") for path in folder.glob("test*.source.ids.npy"))
    if not splits:
        raise FirthError(f"{folder}: no test split; run `dvc repro tokenize@{folder.name}`")
    return splits


def epoch_batches(pairs: Pairs, settings: Seq2seqParams, seed: int, epoch: int) -> list[np.ndarray]:
    """Indices of the pairs of each global batch in one epoch of training; every epoch has the same number of batches.

    Pairs are shuffled, sorted by length and cut into batches, and the batches are shuffled. With ``batch_type`` pairs,
    pairs are sorted within pools of ``POOL`` batches, and the sizes of batches differ by at most one pair. With
    ``batch_type`` tokens, all pairs are sorted by their longer side, and a batch holds as many pairs as keep the number
    of pairs times the longest side, padding and ``<eos>`` included, within ``batch_size``, and at least one pair.
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
    """Indices of the sources of each batch for evaluation, sorted by length, so that there is little padding."""
    if not len(sources):
        return []
    lengths = _lengths(sources)
    order = np.argsort(lengths, kind="stable")
    return [order[start:end] for start, end in pairwise(_cuts(lengths[order], settings))]


def source_columns(sources: TokenStream, sentences: np.ndarray) -> tuple[Tensor, Tensor]:
    """The input of an encoder: sentences, by index, as columns (S, B) int64, padded, and their lengths (B,).

    A source without tokens is read as a single ``<eos>``.
    """
    columns, lengths = _padded(sources, sentences)
    columns[0, lengths == 0] = EOS_ID
    return torch.from_numpy(columns), torch.from_numpy(np.maximum(lengths, 1))


def _lengths(stream: TokenStream) -> np.ndarray:
    return np.diff(stream.offsets)


def _cuts(lengths: np.ndarray, settings: Seq2seqParams) -> list[int]:
    """The first index of each batch, and N; for batches of tokens, ``lengths`` (N,) must be ascending."""
    if settings.batch_type == "pairs":
        count = math.ceil(len(lengths) / settings.batch_size)
        return [index * len(lengths) // count for index in range(count + 1)]
    cuts = [0]
    for end, length in enumerate(lengths.tolist(), start=1):
        if end - cuts[-1] > 1 and (end - cuts[-1]) * length > settings.batch_size:
            cuts.append(end - 1)
    return [*cuts, len(lengths)]


def _by_length(pairs: Pairs, order: np.ndarray) -> np.ndarray:
    """``order``, sorted stably by the length of the source, then of the target."""
    return order[np.lexsort((_lengths(pairs.target)[order], _lengths(pairs.source)[order]))]


def _padded(stream: TokenStream, sentences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sentences as columns, padded to the longest and to at least one row: (L, B) int64; their lengths (B,)."""
    starts, lengths = stream.offsets[sentences], _lengths(stream)[sentences]
    rows = np.arange(max(int(lengths.max()), 1))[:, None]
    real = rows < lengths
    padded = np.full(real.shape, PAD_ID, dtype=np.int64)
    padded[real] = stream.ids[(starts + rows)[real]]
    return padded, lengths
