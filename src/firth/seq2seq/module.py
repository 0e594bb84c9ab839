"""Training of an encoder–decoder on Lightning: loss, optimizer, learning-rate schedule."""

from typing import Any

import pytorch_lightning as pl
from torch import Tensor
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

from firth.params.seq2seq import Seq2seqParams
from firth.seq2seq.data import Batch
from firth.seq2seq.networks import EncoderDecoder
from firth.training.trainer import may_fuse, warm_up_and_cosine

WARM_UP = 0.05  # of all steps


class Seq2seqModule(pl.LightningModule):
    """Teacher forcing with Adam; the learning rate warms up, then falls along a cosine to 0 at the last step.

    Reports ``train_loss`` and ``valid_loss``: nats per target token, ``<eos>`` included, exact over the epoch; the
    first is what is minimized, with label smoothing and dropout, the second has neither.
    """

    def __init__(self, network: EncoderDecoder, settings: Seq2seqParams, total_steps: int) -> None:
        super().__init__()
        self.network, self.settings, self.total_steps = network, settings, total_steps

    def training_step(self, batch: Batch, _: int) -> Tensor:
        """Mean loss of the global batch, of which this share has its part.

        The trainer averages gradients over devices, so a share counts ``world_size``-fold.
        """
        loss = self.network.loss(batch, self.settings.label_smoothing)
        self._report("train_loss", loss, batch)
        return loss * (self.trainer.world_size / batch.global_tokens)

    def validation_step(self, batch: Batch, _: int) -> None:
        self._report("valid_loss", self.network.loss(batch), batch)

    def configure_optimizers(self) -> Any:
        optimizer = Adam(self.parameters(), lr=self.settings.learning_rate, fused=may_fuse(self.trainer))
        schedule = LambdaLR(optimizer, lambda step: warm_up_and_cosine(step, self.total_steps, WARM_UP))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _report(self, name: str, loss: Tensor, batch: Batch) -> None:
        """Log the mean of a share, weighted by its tokens."""
        mean = loss.detach() / batch.tokens
        self.log(name, mean, on_step=False, on_epoch=True, batch_size=batch.tokens, sync_dist=True)
