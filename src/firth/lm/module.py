"""Training a neural language model: truncated BPTT, optimizer, schedule, and what is watched meanwhile."""

from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau

from firth.lm.averaging import Averages
from firth.lm.data import Batch
from firth.lm.network import LanguageNetwork, State, detached
from firth.params.lm import LmParams
from firth.training.softmax import NO_TARGET
from firth.training.trainer import warm_up_and_cosine

OPTIMIZERS: dict[str, Any] = {"adam": Adam, "adamw": AdamW, "sgd": SGD}
WARM_UP = 0.02  # share of all steps
PLATEAU_FACTOR = 0.25  # of the learning rate, after an epoch without a better validation loss
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)


class LanguageModel(pl.LightningModule):
    """A network with the way it is trained.

    The state is carried, detached, from window to window, and starts at zero in every epoch. ``train_loss`` leaves the
    penalties of activation regularization out. ``valid_loss`` is measured on 20 parallel streams for speed, each from
    a zero state; ``evaluation.nats_per_token`` is the exact figure.

    Attributes
    ----------
    gradient_norms : of every step, before clipping.
    """

    def __init__(self, network: LanguageNetwork, params: LmParams) -> None:
        super().__init__()
        self.network, self.params = network, params
        self.state: State = None
        self.validation_state: State = None
        self.averages = Averages(params.averaging_interval)
        self.gradient_norms: list[Tensor] = []
        self.window_length = params.bptt_length

    def on_train_epoch_start(self) -> None:
        self.state = None

    def on_train_batch_start(self, batch: Batch, batch_index: int) -> None:
        self.window_length = len(batch[0])

    def training_step(self, batch: Batch, batch_index: int) -> Tensor:
        tokens, targets = batch  # (T, B) each
        hidden, state = self.network.outputs(tokens, self.state)  # (T, B, H)
        self.state = detached(state)
        dropped = self.network.dropped(hidden)
        loss = self.network.nats(dropped, targets).mean()
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=targets.numel(), sync_dist=True)
        return loss + self._penalty(hidden, dropped)

    def _penalty(self, hidden: Tensor, dropped: Tensor) -> Tensor | float:
        """Activation and temporal activation regularization: large activations, large changes (Merity et al., 4.4)."""
        penalty: Tensor | float = 0.0
        if self.params.activation_regularization:
            penalty = penalty + self.params.activation_regularization * dropped.pow(2).mean()
        if self.params.temporal_activation_regularization and len(hidden) > 1:
            penalty = penalty + self.params.temporal_activation_regularization * hidden.diff(dim=0).pow(2).mean()
        return penalty

    def configure_gradient_clipping(self, optimizer: Optimizer, *_: object, **__: object) -> None:
        """Clip the norm of the whole gradient (Pascanu et al. 2013, algorithm 1), and keep what it was."""
        self.gradient_norms.append(clip_grad_norm_(self.parameters(), self.params.gradient_clip_norm).detach())

    def optimizer_step(self, epoch: int, batch_index: int, optimizer: Any, closure: Any = None) -> None:
        """Step at a rate in proportion to the window's length, if that is random (Merity et al. 2017, section 5)."""
        rates = [group["lr"] for group in optimizer.param_groups]
        if self.params.random_bptt:
            scale = self.window_length / self.params.bptt_length
            for group in optimizer.param_groups:
                group["lr"] *= scale
        optimizer.step(closure=closure)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate

    def on_train_batch_end(self, outputs: Any, batch: Batch, batch_index: int) -> None:
        self.averages.update(self.parameters())

    def on_validation_epoch_start(self) -> None:
        self.validation_state = None
        self.averages.swap(self.parameters())

    def validation_step(self, batch: Batch, batch_index: int) -> None:
        tokens, targets = batch
        loss, self.validation_state = window_loss(self.network, tokens, targets, self.validation_state)
        counted = int((targets != NO_TARGET).sum())
        self.log("valid_loss", loss, on_step=False, on_epoch=True, batch_size=counted, sync_dist=True)

    def on_train_epoch_end(self) -> None:
        """Go back to the weights that are trained; if the averages are the best so far, they have been kept by now."""
        if self.averages.swapped:
            self.averages.swap(self.parameters())
        if "valid_loss" in self.trainer.callback_metrics:
            self.averages.observe(float(self.trainer.callback_metrics["valid_loss"]), self.parameters())

    def configure_optimizers(self) -> Any:
        kind = OPTIMIZERS[self.params.optimizer]
        rate, decay = self.params.learning_rate, self.params.weight_decay
        optimizer = kind(self.parameters(), lr=rate, weight_decay=decay, fused=True)
        if self.params.schedule == "plateau":
            plateau = ReduceLROnPlateau(optimizer, factor=PLATEAU_FACTOR, patience=0)
            schedule = {"scheduler": plateau, "interval": "epoch", "monitor": "valid_loss"}
            return {"optimizer": optimizer, "lr_scheduler": schedule}
        if self.params.schedule == "constant":
            return optimizer
        steps = int(self.trainer.estimated_stepping_batches)
        cosine = LambdaLR(optimizer, lambda step: warm_up_and_cosine(step, steps, WARM_UP))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cosine, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        norms = torch.stack(self.gradient_norms).cpu() if self.gradient_norms else torch.empty(0)
        checkpoint["language_model"] = {"averages": self.averages.state(), "gradient_norms": norms}

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        saved = checkpoint["language_model"]
        self.averages.restore(saved["averages"], self.device)
        self.gradient_norms = list(saved["gradient_norms"].to(self.device).unbind())

    def gradient_norm_metrics(self) -> dict[str, float]:
        """How large gradients were before clipping, over all steps, and what share of the steps was clipped."""
        norms = torch.stack(self.gradient_norms).cpu().double().numpy()
        limit = self.params.gradient_clip_norm
        metrics = {"limit": limit, "clipped_share": float((norms > limit).mean())}
        metrics |= {f"percentile_{p}": float(np.percentile(norms, p)) for p in PERCENTILES}
        return {**metrics, "largest": float(norms.max())}


def window_loss(network: LanguageNetwork, tokens: Tensor, targets: Tensor, state: State) -> tuple[Tensor, State]:
    """Mean nats a token over a window (T, B), places without a target aside, and the state after it."""
    hidden, state = network.outputs(tokens, state)
    nats = network.nats(network.dropped(hidden), targets)
    return nats.sum() / (targets != NO_TARGET).sum(), state
