"""Skip-gram with negative sampling (Mikolov et al. 2013)."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytorch_lightning as pl
import torch
import torch.nn.functional as F
from pytorch_lightning.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from firth.errors import FirthError
from firth.params.word2vec import Word2vecParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, UNK_ID
from firth.training.reproducibility import derived_seed, generator

LONGEST_SENTENCE = 1000  # longer ones are cut, as in word2vec, so that texts without line breaks are shuffled too
SHARED_NEGATIVES = 256
LAST_RATE = 1e-4  # of the learning rate, at the end of its decay


class Batch(NamedTuple):
    """A piece of text, which of its words are paired, and the words that every pair is told from.

    Row k − 1 of ``ahead`` and ``behind`` is about the words at i and i + k: whether the first takes the second as
    a context, and the second the first.
    """

    text: Tensor  # (T,)
    ahead: Tensor  # (context_window, T)
    behind: Tensor  # (context_window, T)
    negatives: Tensor  # (N,)


class SkipGram(pl.LightningModule):
    """Predicts a word's neighbors; its input vectors are the word vectors.

    The softmax over the vocabulary, P(context | word) ∝ exp(u_context · v_word), needs every u at every step.
    Negative sampling replaces it by binary decisions: tell the true context c of a word w from k words n drawn from the
    noise distribution, which is the unigram distribution to the power ``smoothing``. A pair's loss is

        −log σ(u_c · v_w) − k · E_n[log σ(−u_n · v_w)],

    and a batch's is the mean over its pairs. The optimum is u · v = PMI(w, c) − log k (Levy & Goldberg 2014), so
    the model is no longer a normalized one, but its vectors serve as well.

    Two things differ from word2vec, to make a step a few matrix products: the expectation is estimated from one draw
    of ``SHARED_NEGATIVES`` words for all pairs of a batch, not from k words a pair (same mean); and a step is
    a batch, not a pair, with Adam to scale it, so that rare and frequent words learn at similar rates.
    """

    def __init__(self, vocabulary_size: int, params: Word2vecParams, seed: int) -> None:
        super().__init__()
        self.params = params
        self.words = nn.Embedding(vocabulary_size, params.dimension)
        self.contexts = nn.Embedding(vocabulary_size, params.dimension)
        random = torch.Generator().manual_seed(derived_seed(seed, "word2vec", "weights"))
        bound = 0.5 / params.dimension
        nn.init.uniform_(self.words.weight, -bound, bound, generator=random)
        nn.init.zeros_(self.contexts.weight)

    def forward(self, batch: Batch) -> Tensor:
        """Mean loss of the pairs, in nats."""
        words, contexts = self.words(batch.text), self.contexts(batch.text)  # (T, D) each
        loss = words.new_zeros(())
        for distance, (ahead, behind) in enumerate(zip(batch.ahead, batch.behind, strict=True), start=1):
            for taken, logits in (
                (ahead, (words[:-distance] * contexts[distance:]).sum(1)),
                (behind, (words[distance:] * contexts[:-distance]).sum(1)),
            ):
                loss = loss + (F.softplus(-logits) * taken[: len(logits)]).sum()  # −log σ(x) = softplus(−x)
        noise = words @ self.contexts(batch.negatives).T  # (T, N)
        noise_loss = (F.softplus(noise).mean(1) * _pairs_of_words(batch)).sum()
        return (loss + self.params.negative_samples * noise_loss) / _pairs(batch)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        loss: Tensor = self(batch)
        self.log("train_loss", loss, on_epoch=True, on_step=False, batch_size=_pairs(batch), sync_dist=True)
        return loss

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Adam; the learning rate falls in a line over all epochs."""
        optimizer = torch.optim.Adam(self.parameters(), lr=self.params.learning_rate, fused=True)
        steps = self.trainer.estimated_stepping_batches
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(1 - step / steps, LAST_RATE))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class SkipGramData(pl.LightningDataModule):
    """Pairs of a text, made while they are needed."""

    def __init__(self, stream: TokenStream, counts: np.ndarray, params: Word2vecParams, seed: int) -> None:
        super().__init__()
        self.stream, self.counts, self.params, self.seed = stream, counts, params, seed

    def train_dataloader(self) -> DataLoader[Batch]:
        assert self.trainer is not None
        epoch, rank, ranks = self.trainer.current_epoch, self.trainer.global_rank, self.trainer.world_size
        pairs = Pairs(self.stream, self.counts, self.params, self.seed, epoch=epoch, rank=rank, ranks=ranks)
        return DataLoader(pairs, batch_size=None)


class Pairs(IterableDataset[Batch]):
    """The batches of one epoch, a function of (seed, epoch).

    Each batch is drawn from a group of sentences; the groups are cut from a random order of all sentences so that each
    gives about ``batch_size`` pairs, and memory never holds more than one of them. From the chosen sentences,

    1. ``<unk>`` is removed, and each other word w with probability 1 − √(t / f(w)) where its frequency f(w) exceeds
       the subsampling threshold t (Mikolov et al. 2013, section 2.3; 0 keeps every word), so that distances are
       counted between the words that are left, as in word2vec;
    2. each word draws its window from 1 … ``context_window``, and is paired with every word in it.

    Raises
    ------
    FirthError
        If the text has fewer than two words that are in the vocabulary.
    """

    def __init__(
        self,
        stream: TokenStream,
        counts: np.ndarray,
        params: Word2vecParams,
        seed: int,
        *,
        epoch: int = 0,
        rank: int = 0,
        ranks: int = 1,
    ) -> None:
        self.ids, self.params = stream.ids, params
        self.seed, self.epoch, self.rank, self.ranks = seed, epoch, rank, ranks
        known = np.asarray(counts, dtype=np.float64).copy()
        known[[UNK_ID, EOS_ID]] = 0
        if np.count_nonzero(known) < 2:
            raise FirthError(
                "word2vec: the vocabulary needs at least two words; lower tokens.embeddings.min_count or use more text"
            )
        self.keep = keep_probabilities(known, params.subsampling_threshold)
        self.noise = np.cumsum(known**params.smoothing)
        self.noise /= self.noise[-1]
        self.starts, self.lengths = _spans(np.asarray(stream.offsets), LONGEST_SENTENCE)
        distances = np.arange(1, params.context_window + 1)[:, None]
        kept_lengths = self.lengths * (known @ self.keep) / len(self.ids)
        chances = 1 - (distances - 1) / params.context_window
        pairs = float((2 * chances * np.maximum(kept_lengths - distances, 0)).sum())
        self.batches = min(max(round(pairs / params.batch_size), 1), len(self.starts))

    def __len__(self) -> int:
        return self.batches

    def __iter__(self) -> Iterator[Batch]:
        order = generator(self.seed, "word2vec", "order", self.epoch).permutation(len(self.starts))
        ends = np.cumsum(self.lengths[order])
        cuts = np.searchsorted(ends, ends[-1] * np.arange(1, self.batches) / self.batches)
        for number, sentences in enumerate(np.split(order, cuts)):
            random = generator(self.seed, "word2vec", "batch", self.epoch, number, self.rank)
            text, sentence = self._kept(sentences[self.rank :: self.ranks], random)
            ahead, behind = window_pairs(sentence, self.params.context_window, random)
            negatives = np.searchsorted(self.noise, random.random(SHARED_NEGATIVES), side="right")
            yield Batch(*(torch.from_numpy(part) for part in (text, ahead, behind, negatives)))

    def _kept(self, sentences: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The words of the sentences that are left after subsampling, and the number of each word's sentence."""
        lengths = self.lengths[sentences]
        ends = np.cumsum(lengths)
        sentence = np.repeat(np.arange(len(sentences)), lengths)
        places = np.arange(len(sentence)) + (self.starts[sentences] - ends + lengths)[sentence]
        text = self.ids[places].astype(np.int64)
        kept = random.random(len(text)) < self.keep[text]
        return text[kept], sentence[kept]


def keep_probabilities(counts: np.ndarray, threshold: float) -> np.ndarray:
    """The probability that subsampling keeps an occurrence of each word, (V,); 0 for words without counts."""
    if threshold == 0:
        return (counts > 0).astype(np.float64)
    frequency = counts / counts.sum()
    return np.where(counts > 0, np.minimum(1.0, np.sqrt(threshold / np.maximum(frequency, 1e-300))), 0.0)


def window_pairs(
    sentence: np.ndarray, context_window: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Which words take which as contexts: each those in its own random window, within its sentence.

    A word at distance k is taken with probability (context_window − k + 1) / context_window.

    Parameters
    ----------
    sentence : (T,) the number of each word's sentence.

    Returns
    -------
    ``ahead`` and ``behind`` of a ``Batch``, (context_window, T) bool.
    """
    reach = random.integers(1, context_window + 1, size=len(sentence))
    ahead = np.zeros((context_window, len(sentence)), dtype=bool)
    behind = np.zeros_like(ahead)
    for distance in range(1, context_window + 1):
        together = sentence[:-distance] == sentence[distance:]
        ahead[distance - 1, : len(together)] = together & (reach[:-distance] >= distance)
        behind[distance - 1, : len(together)] = together & (reach[distance:] >= distance)
    return ahead, behind


def _pairs_of_words(batch: Batch) -> Tensor:
    """How many contexts each word of the text takes, (T,)."""
    pairs = batch.ahead.sum(0)
    for distance, behind in enumerate(batch.behind, start=1):
        pairs[distance:] += behind[:-distance]
    return pairs


def _pairs(batch: Batch) -> int:
    return max(int(batch.ahead.sum() + batch.behind.sum()), 1)


def _spans(offsets: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Starts and lengths of the sentences, those longer than ``longest`` in pieces."""
    lengths = np.diff(offsets)
    pieces = -(-lengths // longest)
    sentence = np.repeat(np.arange(len(lengths)), pieces)
    piece = np.arange(len(sentence)) - (np.cumsum(pieces) - pieces)[sentence]
    starts = offsets[:-1][sentence] + piece * longest
    return starts, np.minimum(longest, offsets[1:][sentence] - starts)
