"""Two ways to learn from a piece of text: compiled, on a CPU; and by autograd, on any device.

Both take steps of SGD on the loss summed over pairs, in place, and both meet the same difficulty: where changes are
made apart and then summed (by shards, by the pairs of a batch), frequent words would go too far. See ``damping``.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from firth.params.word2vec import Word2vecParams
from firth.training.reproducibility import derived_seed
from firth.vectors.skipgram import kernel
from firth.vectors.skipgram.loss import (
    Batch,
    negative_sampling_curvature,
    negative_sampling_loss,
    pairs_per_place,
    softmax_curvature,
    softmax_loss,
)
from firth.vectors.skipgram.sampling import TrainingText, alias_table, as_bits

CURVATURE = 0.5  # of the loss along a row, per pair: see `damping`
MEETINGS = 32  # of the shards' most frequent words, in a piece
FREQUENT = 1024  # words that meet as often
NEGLIGIBLE = 1e-6  # what bends less is not damped
WORDS_AT_ONCE = 8192  # words of the text in one step of autograd
SHARED_NEGATIVES = 1024  # negatives of one step of autograd


class Learned(NamedTuple):
    """Pairs whose loss was measured, and their summed loss in nats."""

    pairs: float
    loss: float


def damping(updates: np.ndarray, copies: int, rate: float) -> np.ndarray:
    """The share of their summed changes by which vectors move that ``copies`` changed apart, ``updates`` pairs each.

    Had they changed one after the other, each would have found less left to do: where one copy closes all but a share
    q of a row's distance from its optimum, S in turn close all but q^S, while S apart close S (1 − q) of it, which
    overshoots for S ≥ 2 as q → 0. Hence (1 − q^S) / (S (1 − q)), with q = exp(−CURVATURE · rate · updates): 1 for rare
    words, 1 / S for the most frequent ones.
    """
    log_q = -CURVATURE * rate * np.maximum(updates, NEGLIGIBLE)
    return np.asarray(np.expm1(copies * log_q) / (copies * np.expm1(log_q)), dtype=np.float32)


class CompiledLearner:
    """Negative sampling on a CPU: some of the shards that share a piece, each with a copy of the vectors of its own.

    The most frequent words, whose vectors drift apart soonest, meet ``MEETINGS`` times in a piece; all others, at its
    end, because bringing a whole vocabulary together takes as long as learning from some ten thousand words.

    Parameters
    ----------
    shards : the numbers of the shards that are learned from here, among ``params.shards``.
    """

    def __init__(self, text: TrainingText, params: Word2vecParams, shards: range) -> None:
        self.text, self.params, self.shards = text, params, shards
        self.keep, (self.own_share, self.other) = as_bits(text.keep), alias_table(text.noise)
        room = (2, len(shards), len(text.noise), kernel.padded(params.dimension))
        self.copies = np.zeros(room, dtype=np.float32)
        self.pool = ThreadPoolExecutor(max(len(shards), 1))

    def learn(self, vectors: tuple[Tensor, Tensor], first: int, last: int, rate: float, seed: int) -> Learned:
        """Learn from the sentences ``first`` to ``last``; ``vectors`` are those of words and contexts, (V, D) each."""
        arrays = [tensor.detach().numpy() for tensor in vectors]
        for copies, array in zip(self.copies, arrays, strict=True):
            list(self.pool.map(lambda copy, a=array: np.copyto(copy[:, : a.shape[1]], a), copies))
        size, frequent = len(self.text.noise), min(FREQUENT, len(self.text.noise))
        expected = self.text.expected_updates(first, last, self.params.negative_samples)
        often, once = (
            [damping(updates / (meetings * self.params.shards), len(self.shards), rate) for updates in expected]
            for meetings in (MEETINGS, 1)
        )
        cuts = self.text.cut(first, last, MEETINGS * self.params.shards)
        results: list[tuple[int, int, float]] = []
        for meeting in range(MEETINGS):
            parts = [meeting * self.params.shards + shard for shard in self.shards]
            learn = partial(self._learn_part, cuts, rate, seed)
            results += self.pool.map(learn, range(len(parts)), parts)
            self._meet(arrays, often, 0, frequent)
        self._meet(arrays, once, frequent, size)
        return Learned(sum(result[1] for result in results), sum(result[2] for result in results))

    def _learn_part(self, cuts: np.ndarray, rate: float, seed: int, place: int, part: int) -> tuple[int, int, float]:
        """Learn from one shard's part between two meetings, on the copies at ``place``."""
        starts, stops = (side[cuts[part] : cuts[part + 1]] for side in (self.text.starts, self.text.stops))
        begin, end = (int(starts[0]), int(stops[-1])) if len(starts) else (0, 0)
        ids = np.asarray(self.text.ids[begin:end], dtype=np.int32)
        result: tuple[int, int, float] = kernel.learn_text(
            *self.copies[:, place], ids, starts - begin, stops - begin, self.keep, self.own_share, self.other,
            self.params.context_window, np.float32(self.params.negative_samples), np.float32(rate),
            np.uint64(derived_seed(seed, part)),
        )  # fmt: skip
        return result

    def _meet(self, arrays: Sequence[np.ndarray], shares: Sequence[np.ndarray], first: int, last: int) -> None:
        """Sum what the shards changed of the rows ``first`` to ``last``, some of the rows in each thread."""
        borders = np.linspace(first, last, len(self.shards) + 1).astype(int)
        for copies, array, share in zip(self.copies, arrays, shares, strict=True):
            list(self.pool.map(partial(kernel.meet, array, copies, share), borders[:-1], borders[1:]))


class AutogradLearner:
    """Either loss on any device, in steps of ``WORDS_AT_ONCE`` words; the text and all that is drawn stay on it."""

    def __init__(self, text: TrainingText, params: Word2vecParams, device: torch.device) -> None:
        self.text, self.params, self.device = text, params, device
        self.ids = torch.from_numpy(np.asarray(text.ids, dtype=np.int32)).to(device)
        self.stops = torch.from_numpy(text.stops).to(device)
        self.keep = torch.from_numpy(text.keep).to(device, torch.float32)
        self.noise = torch.from_numpy(np.cumsum(text.noise)).to(device)

    def learn(self, vectors: tuple[Tensor, Tensor], first: int, last: int, rate: float, seed: int) -> Learned:
        """Learn from the sentences ``first`` to ``last``; ``vectors`` are those of words and contexts, (V, D) each."""
        random = torch.Generator(self.device).manual_seed(seed)
        tokens = int((self.text.stops[first:last] - self.text.starts[first:last]).sum())
        vectors = (vectors[0].detach(), vectors[1].detach())
        total = torch.zeros(2, device=self.device, dtype=torch.float64)
        cuts = self.text.cut(first, last, max(1, round(tokens / WORDS_AT_ONCE)))
        for start, stop in pairwise(cuts):
            if start < stop:
                batch = self.draw(int(self.text.starts[start]), int(self.text.stops[stop - 1]), random)
                total += torch.stack(step(vectors, batch, self.params, rate))
        pairs, loss = total.tolist()
        return Learned(pairs, loss)

    def draw(self, start: int, stop: int, random: torch.Generator) -> Batch:
        """What subsampling leaves of ``ids[start:stop]``, moved together so that distances are between kept words.

        Nothing is copied to the host, so the batch has a place for every word; those left over at its end are empty.
        """
        ids, device = self.ids[start:stop].long(), self.device
        size = len(ids)
        kept = torch.rand(size, generator=random, device=device) < self.keep[ids]
        places = torch.where(kept, torch.cumsum(kept, 0) - 1, size)
        sentence = torch.searchsorted(self.stops, torch.arange(start, stop, device=device), right=True)
        reach = torch.randint(1, self.params.context_window + 1, (size,), generator=random, device=device)
        draws = torch.rand(SHARED_NEGATIVES, generator=random, device=device, dtype=torch.float64)
        negatives = torch.searchsorted(self.noise, draws * self.noise[-1], right=True)
        text, sentence, reach = (
            torch.zeros(size + 1, dtype=torch.long, device=device).scatter_(0, places, values)[:size]
            for values in (ids, sentence, reach)
        )
        negatives = negatives.clamp(max=len(self.noise) - 1)
        return Batch(text, sentence, reach, negatives, self.params.context_window)


def step(vectors: tuple[Tensor, Tensor], batch: Batch, params: Word2vecParams, rate: float) -> tuple[Tensor, Tensor]:
    """One damped step of SGD on a batch, in place; its number of pairs, and their loss in nats before the step.

    A row whose loss bends by h moves by (1 − exp(−2 · rate · h)) / (2 · rate · h) of its step: where many pairs pull at
    it, to where they would have pulled it one by one; twice h, because its partners move towards it too.
    """
    rows = words, contexts = [tensor.detach().requires_grad_() for tensor in vectors]
    if params.loss == "softmax":
        loss = softmax_loss(words, contexts, batch)
        curvatures = softmax_curvature(*vectors, batch)
    else:
        loss = negative_sampling_loss(words, contexts, batch, params.negative_samples)
        curvatures = negative_sampling_curvature(*vectors, batch, params.negative_samples)
    gradients = torch.autograd.grad(loss, rows)
    for tensor, gradient, curvature in zip(vectors, gradients, curvatures, strict=True):
        bend = 2 * rate * curvature
        share = torch.where(bend > NEGLIGIBLE, -torch.expm1(-bend) / bend, 1.0).to(tensor.dtype)
        tensor.sub_(rate * share[:, None] * gradient)
    return pairs_per_place(batch)[0].sum().double(), loss.detach().double()
