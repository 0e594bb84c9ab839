"""Training of an encoder–decoder on Lightning: data, loss, optimizer, learning-rate schedule."""

from typing import Any

import numpy as np
import pytorch_lightning as pl
from torch import Tensor
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

from firth.errors import FirthError
from firth.params.seq2seq_params import Seq2seqParams
from firth.seq2seq.encoder_decoder import EncoderDecoder
from firth.seq2seq.pairs import PairBatch, Pairs, epoch_batches, sorted_batches
from firth.training.batches import Batches
from firth.training.epoch_mean import EpochMean
from firth.training.trainer import may_fuse, warm_up_and_cosine

WARM_UP = 0.05  # share of all steps


class PairBatches:
    """One device's share of each batch of pairs, made when it is asked for."""

    def __init__(self, pairs: Pairs, batches: list[np.ndarray], rank: int, world_size: int) -> None:
        self.pairs, self.batches, self.rank, self.world_size = pairs, batches, rank, world_size

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> PairBatch:
        return self.pairs.batch(self.batches[index], self.rank, self.world_size)


class Seq2seqData(pl.LightningDataModule):
    """Training and validation pairs; each device has its share of every global batch.

    Raises
    ------
    FirthError
        If there is no pair of either.
    """

    def __init__(self, train: Pairs, valid: Pairs, settings: Seq2seqParams, seed: int) -> None:
        super().__init__()
        for text, pairs in (("training", train), ("validation", valid)):
            if not len(pairs):
                raise FirthError(f"{text} text: no pair of source and target; give the corpus more text")
        self.train, self.valid, self.settings, self.seed = train, valid, settings, seed

    @property
    def steps_per_epoch(self) -> int:
        return len(epoch_batches(self.train, self.settings, self.seed, 0))

    def train_dataloader(self) -> Batches[PairBatch]:
        epoch = self.trainer.current_epoch if self.trainer else 0
        return self._loader(self.train, epoch_batches(self.train, self.settings, self.seed, epoch))

    def val_dataloader(self) -> Batches[PairBatch]:
        return self._loader(self.valid, sorted_batches(self.valid.source, self.settings))

    def _loader(self, pairs: Pairs, batches: list[np.ndarray]) -> Batches[PairBatch]:
        rank, world_size = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        smallest = min(map(len, batches))
        if smallest < world_size:
            raise FirthError(
                f"seq2seq.batch_size = {self.settings.batch_size}: a batch of {smallest} pairs cannot be split over "
                f"{world_size} devices; give a larger batch size, more text or fewer devices"
            )
        return Batches(PairBatches(pairs, batches, rank, world_size))


class Seq2seqModule(pl.LightningModule):
    """Teacher forcing with Adam; the learning rate warms up, then falls along a cosine to 0 at the last step.

    Reports ``train_loss`` and ``valid_loss`` in nats per target token, ``<eos>`` included, exact over the epoch.
    ``train_loss`` includes label smoothing and dropout; ``valid_loss`` has neither.
    """

    def __init__(self, network: EncoderDecoder, settings: Seq2seqParams, total_steps: int) -> None:
        super().__init__()
        self.network, self.settings, self.total_steps = network, settings, total_steps
        self.train_loss = EpochMean()

    def training_step(self, batch: PairBatch, _: int) -> Tensor:
        """This device's part of the mean loss of the global batch, times ``world_size``.

        The trainer averages gradients over devices, which makes the factor cancel.
        """
        loss = self.network.loss(batch, self.settings.label_smoothing)
        self.train_loss.add(loss.detach() / batch.tokens, batch.tokens)
        return loss * (self.trainer.world_size / batch.global_tokens)

    def validation_step(self, batch: PairBatch, _: int) -> None:
        """Report the mean loss of this device's part, weighted by its tokens."""
        mean = self.network.loss(batch) / batch.tokens
        self.log("valid_loss", mean, on_step=False, on_epoch=True, batch_size=batch.tokens, sync_dist=True)

    def configure_optimizers(self) -> Any:
        optimizer = Adam(self.parameters(), lr=self.settings.learning_rate, fused=may_fuse(self.trainer))
        schedule = LambdaLR(optimizer, lambda step: warm_up_and_cosine(step, self.total_steps, WARM_UP))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
