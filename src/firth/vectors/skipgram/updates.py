"""Two learners of skip-gram: compiled, on a CPU; and by autograd, on any device.

Both take steps of SGD on the loss summed over pairs, in place. Both sum updates that were computed independently (by
shards, or for the pairs of a batch), with which the vectors of frequent words would overshoot: see ``damping``.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from firth.derived_seed import derived_seed
from firth.kernels import skipgram_loops as kernel
from firth.params.word2vec_params import Word2vecParams
from firth.vectors.skipgram.pair_sampling import TrainingText, alias_table, as_bits
from firth.vectors.skipgram.skipgram_loss import (
    SkipGramBatch,
    negative_sampling_curvature,
    negative_sampling_loss,
    pairs_per_position,
    softmax_curvature,
    softmax_loss,
)

CURVATURE = 0.5  # assumed curvature of the loss along a row, per pair: see ``damping``
SYNCHRONIZATIONS = 32  # of the shards' most frequent words, in a piece
FREQUENT = 1024  # words synchronized so often
NEGLIGIBLE = 1e-6  # smallest curvature that is damped
WORDS_PER_STEP = 8192  # words of the text in one step of autograd
NEGATIVES_PER_STEP = 1024  # negatives of one step of autograd


class Learned(NamedTuple):
    """The number of pairs whose loss was measured, and their summed loss in nats."""

    pairs: float
    loss: float


def damping(updates: np.ndarray, copies: int, rate: float) -> np.ndarray:
    """The factor for the summed changes of ``copies`` that were trained independently, ``updates`` pairs each.

    If one copy leaves a share q of a row's distance from its optimum, S copies trained in sequence leave q^S, while the
    sum of S independent changes covers S (1 − q) of the distance, which overshoots for S ≥ 2 as q → 0. Hence the factor
    (1 − q^S) / (S (1 − q)), with q = exp(−CURVATURE · rate · updates): 1 for rare words, 1 / S for the most frequent.
    """
    log_q = -CURVATURE * rate * np.maximum(updates, NEGLIGIBLE)
    return np.asarray(np.expm1(copies * log_q) / (copies * np.expm1(log_q)), dtype=np.float32)


class CompiledLearner:
    """Negative sampling on a CPU: a piece of text is split into shards, each trained on its own copy of the vectors.

    The copies of the most frequent words, which diverge soonest, are synchronized ``SYNCHRONIZATIONS`` times in a
    piece; all others at its end, because synchronizing a whole vocabulary takes as long as learning from ten thousand
    words.

    Parameters
    ----------
    shards : the numbers of the shards that this process trains, among ``params.shards``.
    """

    def __init__(self, text: TrainingText, params: Word2vecParams, shards: range) -> None:
        self.text, self.params, self.shards = text, params, shards
        self.keep, (self.own_share, self.other) = as_bits(text.keep), alias_table(text.noise)
        shape = (2, len(shards), len(text.noise), kernel.padded(params.dimension))
        self.copies = np.zeros(shape, dtype=np.float32)
        self.pool = ThreadPoolExecutor(max(len(shards), 1))

    def learn(self, vectors: tuple[Tensor, Tensor], first: int, last: int, rate: float, seed: int) -> Learned:
        """Learn from the sentences ``first`` … ``last`` − 1; ``vectors``: words and contexts, (V, D) each, in place."""
        arrays = [tensor.detach().numpy() for tensor in vectors]
        for copies, array in zip(self.copies, arrays, strict=True):
            list(self.pool.map(lambda copy, a=array: np.copyto(copy[:, : a.shape[1]], a), copies))
        size, frequent = len(self.text.noise), min(FREQUENT, len(self.text.noise))
        expected = self.text.expected_updates(first, last, self.params.negative_samples)
        summed = max(len(self.shards), 1)  # a process without a shard has nothing to sum
        often, once = (
            [damping(updates / (times * self.params.shards), summed, rate) for updates in expected]
            for times in (SYNCHRONIZATIONS, 1)
        )
        cuts = self.text.cut(first, last, SYNCHRONIZATIONS * self.params.shards)
        results: list[tuple[int, int, float]] = []
        for turn in range(SYNCHRONIZATIONS):
            parts = [turn * self.params.shards + shard for shard in self.shards]
            learn = partial(self._learn_part, cuts, rate, seed)
            results += self.pool.map(learn, range(len(parts)), parts)
            self._synchronize(arrays, often, 0, frequent)
        self._synchronize(arrays, once, frequent, size)
        return Learned(sum(result[1] for result in results), sum(result[2] for result in results))

    def _learn_part(self, cuts: np.ndarray, rate: float, seed: int, copy: int, part: int) -> tuple[int, int, float]:
        """Learn from one shard's part of the text between two synchronizations, on one copy of the vectors."""
        starts, stops = (side[cuts[part] : cuts[part + 1]] for side in (self.text.starts, self.text.stops))
        begin, end = (int(starts[0]), int(stops[-1])) if len(starts) else (0, 0)
        ids = np.asarray(self.text.ids[begin:end], dtype=np.int32)
        result: tuple[int, int, float] = kernel.learn_text(
            *self.copies[:, copy], ids, starts - begin, stops - begin, self.keep, self.own_share, self.other,
            self.params.context_window, np.float32(self.params.negative_samples), np.float32(rate),
            np.uint64(derived_seed(seed, part)),
        )  # fmt: skip
        return result

    def _synchronize(self, arrays: Sequence[np.ndarray], shares: Sequence[np.ndarray], first: int, last: int) -> None:
        """Sum the shards' changes of the rows ``first`` … ``last`` − 1, some of the rows in each thread."""
        borders = np.linspace(first, last, len(self.shards) + 1).astype(int)
        for copies, array, share in zip(self.copies, arrays, shares, strict=True):
            list(self.pool.map(partial(kernel.synchronize, array, copies, share), borders[:-1], borders[1:]))


class AutogradLearner:
    """Either loss on any device, in steps of ``WORDS_PER_STEP`` words; text and samples stay on the device."""

    def __init__(self, text: TrainingText, params: Word2vecParams, device: torch.device) -> None:
        self.text, self.params, self.device = text, params, device
        self.ids = torch.from_numpy(np.asarray(text.ids, dtype=np.int32)).to(device)
        self.stops = torch.from_numpy(text.stops).to(device)
        self.keep = torch.from_numpy(text.keep).to(device, torch.float32)
        self.noise = torch.from_numpy(np.cumsum(text.noise)).to(device)

    def learn(self, vectors: tuple[Tensor, Tensor], first: int, last: int, rate: float, seed: int) -> Learned:
        """Learn from the sentences ``first`` … ``last`` − 1; ``vectors``: words and contexts, (V, D) each, in place."""
        random = torch.Generator(self.device).manual_seed(seed)
        tokens = int((self.text.stops[first:last] - self.text.starts[first:last]).sum())
        vectors = (vectors[0].detach(), vectors[1].detach())
        total = torch.zeros(2, device=self.device, dtype=torch.float64)
        cuts = self.text.cut(first, last, max(1, round(tokens / WORDS_PER_STEP)))
        for start, stop in pairwise(cuts):
            if start < stop:
                batch = self.sample(int(self.text.starts[start]), int(self.text.stops[stop - 1]), random)
                total += torch.stack(step(vectors, batch, self.params, rate))
        pairs, loss = total.tolist()
        return Learned(pairs, loss)

    def sample(self, start: int, stop: int, random: torch.Generator) -> SkipGramBatch:
        """The words of ``ids[start:stop]`` that subsampling keeps, moved together, with windows and negatives.

        Nothing is copied to the host, so the batch has a position for every word of ``ids[start:stop]``; positions that
        remain at its end are empty.
        """
        ids, device = self.ids[start:stop].long(), self.device
        size = len(ids)
        kept = torch.rand(size, generator=random, device=device) < self.keep[ids]
        positions = torch.where(kept, torch.cumsum(kept, 0) - 1, size)
        sentence = torch.searchsorted(self.stops, torch.arange(start, stop, device=device), right=True)
        windows = torch.randint(1, self.params.context_window + 1, (size,), generator=random, device=device)
        draws = torch.rand(NEGATIVES_PER_STEP, generator=random, device=device, dtype=torch.float64)
        negatives = torch.searchsorted(self.noise, draws * self.noise[-1], right=True)
        text, sentence, windows = (
            torch.zeros(size + 1, dtype=torch.long, device=device).scatter_(0, positions, values)[:size]
            for values in (ids, sentence, windows)
        )
        negatives = negatives.clamp(max=len(self.noise) - 1)
        return SkipGramBatch(text, sentence, windows, negatives, self.params.context_window)


def step(
    vectors: tuple[Tensor, Tensor], batch: SkipGramBatch, params: Word2vecParams, rate: float
) -> tuple[Tensor, Tensor]:
    """One damped step of SGD on a batch, in place; its number of pairs, and their loss in nats before the step.

    A row with curvature h moves by (1 − exp(−2 · rate · h)) / (2 · rate · h) of its gradient step: about as far as
    steps on one pair after the other would move it. The factor 2 stands for the other vector of each pair, which moves
    too.
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
        exponent = 2 * rate * curvature
        share = torch.where(exponent > NEGLIGIBLE, -torch.expm1(-exponent) / exponent, 1.0).to(tensor.dtype)
        tensor.sub_(rate * share[:, None] * gradient)
    return pairs_per_position(batch)[0].sum().double(), loss.detach().double()
