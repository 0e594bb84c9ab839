"""Skip-gram on Lightning: a word predicts its neighbors (Mikolov et al. 2013)."""

import pytorch_lightning as pl
import torch
from pytorch_lightning.core.optimizer import LightningOptimizer
from torch import Tensor, nn

from firth.derived_seed import derived_seed
from firth.params.word2vec_params import Word2vecParams
from firth.training.batches import Batches
from firth.training.epoch_mean import EpochMean
from firth.vectors.skipgram.pair_sampling import TrainingText
from firth.vectors.skipgram.updates import AutogradLearner, CompiledLearner, damping


class SkipGram(pl.LightningModule):
    """Predicts a word's neighbors; its input vectors are the word vectors.

    Trained by SGD on the loss summed over pairs, as in word2vec; the learning rate falls linearly over all epochs. A
    step is ``batch_size`` words of the text. On a CPU, negative sampling runs compiled: the words are split into
    ``shards``, each trained on its own copy of the vectors, whose changes are summed at the end of the step; so results
    depend on the number of shards, not on the number of cores. On a GPU, and for the softmax, a step is several steps
    of autograd. Each of several devices takes its part of the step on its own copy.
    """

    def __init__(self, text: TrainingText, params: Word2vecParams, seed: int) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.train_loss = EpochMean()
        self.text, self.params, self.seed = text, params, seed
        self.words = nn.Embedding(len(text.noise), params.dimension)
        self.contexts = nn.Embedding(len(text.noise), params.dimension)
        random = torch.Generator().manual_seed(derived_seed(seed, "word2vec", "weights"))
        bound = 1 / params.dimension
        nn.init.uniform_(self.words.weight, -bound, bound, generator=random)
        nn.init.zeros_(self.contexts.weight)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """An optimizer that only counts steps: the learner changes the vectors in place."""
        return torch.optim.SGD(self.parameters(), lr=1.0)

    def on_fit_start(self) -> None:
        rank, ranks = self.trainer.global_rank, self.trainer.world_size
        self.compiled = self.params.loss == "negative_sampling" and self.device.type == "cpu"
        self.learner = (
            CompiledLearner(self.text, self.params, range(rank, self.params.shards, ranks))
            if self.compiled
            else AutogradLearner(self.text, self.params, self.device)
        )

    def training_step(self, number: int, _: int) -> None:
        """Learn from one piece of the text, numbered from its start."""
        epoch, pieces, rank = (
            self.trainer.current_epoch,
            int(self.trainer.num_training_batches),
            self.trainer.global_rank,
        )
        rate = self.params.rate((epoch * pieces + number) / (self.params.epochs * pieces))
        first, last = self.text.cut(0, len(self.text.starts), pieces)[number : number + 2]
        vectors = (self.words.weight, self.contexts.weight)
        before = [vector.detach().clone() for vector in vectors] if self.trainer.world_size > 1 else []
        if self.compiled:
            learned = self.learner.learn(vectors, first, last, rate, derived_seed(self.seed, "word2vec", epoch, number))
        else:
            parts = self.text.cut(first, last, self.trainer.world_size)
            seed = derived_seed(self.seed, "word2vec", epoch, number, rank)
            learned = self.learner.learn(vectors, parts[rank], parts[rank + 1], rate, seed)
        if before:
            self._sum_changes(before, first, last, rate)
        optimizer = self.optimizers()
        assert isinstance(optimizer, LightningOptimizer)
        optimizer.step()
        if learned.pairs:
            self.train_loss.add(learned.loss / learned.pairs, round(learned.pairs))

    def _sum_changes(self, before: list[Tensor], first: int, last: int, rate: float) -> None:
        """Sum the changes of all devices, damped like those of shards."""
        ranks = self.trainer.world_size
        expected = self.text.expected_updates(first, last, self.params.negative_samples)
        for vectors, old, updates in zip((self.words.weight, self.contexts.weight), before, expected, strict=True):
            change = self.trainer.strategy.reduce(vectors.detach() - old, reduce_op="sum")
            change *= torch.from_numpy(damping(updates / ranks, ranks, rate)).to(change)[:, None]
            vectors.data.copy_(old + change)


class TextPieces(pl.LightningDataModule):
    """The steps of an epoch: the numbers of the pieces of the text, in order."""

    def __init__(self, text: TrainingText, batch_size: int) -> None:
        super().__init__()
        self.count = min(max(round(len(text.ids) / batch_size), 1), len(text.starts))

    def train_dataloader(self) -> Batches[int]:
        return Batches(range(self.count))
