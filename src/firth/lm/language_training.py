"""Training a neural language model with Lightning: truncated BPTT, optimizer, learning-rate schedule."""

from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.distributed import all_gather_object
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau

from firth.kernels.fused_softmax import NO_TARGET
from firth.lm.averaging import Averages
from firth.lm.language_network import LanguageNetwork, State, detached, moved, window_loss
from firth.lm.text_windows import Window
from firth.params.lm_params import LmParams
from firth.training.epoch_mean import EpochMean
from firth.training.trainer import warm_up_and_cosine

OPTIMIZERS: dict[str, Any] = {"adam": Adam, "adamw": AdamW, "sgd": SGD}
WARM_UP = 0.02  # share of all steps in which the learning rate rises
PLATEAU_FACTOR = 0.25  # multiplies the learning rate after an epoch without a better validation loss
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)  # of gradient norms


class LanguageModelTraining(pl.LightningModule):
    """Trains a network by truncated back-propagation through time.

    The state is carried, detached, from window to window, and starts at zero in every epoch. ``train_loss`` is the
    cross-entropy in nats per token, without the penalties of activation regularization. ``valid_loss`` is the
    cross-entropy of the validation text in 20 columns, each read from a zero state: a quick estimate, good for choosing
    an epoch. ``measures.perplexity`` reads the text as one stream and is the figure to report.

    Attributes
    ----------
    gradient_norms : of every step, before clipping.
    plateau : lowers the learning rate of schedule ``plateau``. Lightning would do so after it has written the
        checkpoint of the epoch, which a resumed training would never make up for.
    """

    def __init__(self, network: LanguageNetwork, params: LmParams) -> None:
        super().__init__()
        self.network, self.params = network, params
        self.train_loss = EpochMean()
        self.plateau: ReduceLROnPlateau | None = None
        self.saved_plateau: dict[str, Any] | None = None  # of a checkpoint, which is read before there is an optimizer
        self.state: State = None
        self.validation_state: State = None
        self.averages = Averages(params.averaging_interval)
        self.gradient_norms: list[Tensor] = []
        self.window_length = params.bptt_length

    def on_train_epoch_start(self) -> None:
        self.state = None

    def on_train_batch_start(self, batch: Window, batch_index: int) -> None:
        self.window_length = len(batch[0])

    def training_step(self, batch: Window, batch_index: int) -> Tensor:
        tokens, targets = batch  # (T, B) each
        hidden, state = self.network(tokens, self.state)  # (T, B, H)
        self.state = detached(state)
        dropped = self.network.output_dropout(hidden)  # (T, B, H)
        loss = self.network.negative_log_likelihood(dropped, targets).mean()
        self.train_loss.add(loss, targets.numel())
        return loss + self._penalty(hidden, dropped)

    def _penalty(self, hidden: Tensor, dropped: Tensor) -> Tensor | float:
        """Penalties on large activations and on large changes of activations over time (Merity et al. 2017, 4.4)."""
        penalty: Tensor | float = 0.0
        if self.params.activation_regularization:
            penalty = penalty + self.params.activation_regularization * dropped.pow(2).mean()
        if self.params.temporal_activation_regularization and len(hidden) > 1:
            penalty = penalty + self.params.temporal_activation_regularization * hidden.diff(dim=0).pow(2).mean()
        return penalty

    def configure_gradient_clipping(
        self, optimizer: Optimizer, gradient_clip_val: float | None = None, gradient_clip_algorithm: str | None = None
    ) -> None:
        """Clip the norm of the whole gradient (Pascanu et al. 2013, algorithm 1), and record the norm before.

        Parameters
        ----------
        gradient_clip_val : the largest norm, as the trainer was given it.
        """
        assert gradient_clip_val is not None
        self.gradient_norms.append(clip_grad_norm_(self.parameters(), gradient_clip_val).detach())

    def optimizer_step(self, epoch: int, batch_index: int, optimizer: Any, closure: Any = None) -> None:
        """Step, and average; the learning rate is proportional to the length of a random window.

        Merity et al. 2017, section 5.
        """
        rates = [group["lr"] for group in optimizer.param_groups]
        if self.params.random_bptt:
            scale = self.window_length / self.params.bptt_length
            for group in optimizer.param_groups:
                group["lr"] *= scale
        optimizer.step(closure=closure)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self.averages.update(self.parameters())

    def on_validation_epoch_start(self) -> None:
        self.validation_state = None
        self.averages.swap(self.parameters())

    def validation_step(self, batch: Window, batch_index: int) -> None:
        tokens, targets = batch  # (T, B) each
        loss, self.validation_state = window_loss(self.network, tokens, targets, self.validation_state)
        counted = int((targets != NO_TARGET).sum())
        self.log("valid_loss", loss, on_step=False, on_epoch=True, batch_size=counted, sync_dist=True)

    def on_train_epoch_end(self) -> None:
        """Swap the averages out again: where they are the best so far, the checkpoint has them by now."""
        if self.averages.swapped:
            self.averages.swap(self.parameters())
        if "valid_loss" in self.trainer.callback_metrics:
            loss = float(self.trainer.callback_metrics["valid_loss"])
            self.averages.observe(loss, self.parameters())
            if self.plateau:
                self.plateau.step(loss)

    def configure_optimizers(self) -> Any:
        kind = OPTIMIZERS[self.params.optimizer]
        rate, decay = self.params.learning_rate, self.params.weight_decay
        optimizer = kind(self.parameters(), lr=rate, weight_decay=decay, fused=True)
        if self.params.schedule == "plateau":
            self.plateau = ReduceLROnPlateau(optimizer, factor=PLATEAU_FACTOR, patience=0)
            if self.saved_plateau:
                self.plateau.load_state_dict(self.saved_plateau)
        if self.params.schedule != "cosine":
            return optimizer
        steps = self.params.max_epochs * self.trainer.datamodule.steps_per_epoch  # type: ignore[attr-defined]
        cosine = LambdaLR(optimizer, lambda step: warm_up_and_cosine(step, steps, WARM_UP))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cosine, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        norms = torch.stack(self.gradient_norms).cpu() if self.gradient_norms else torch.empty(0)
        checkpoint["language_model"] = {
            "averages": self.averages.state(),
            "gradient_norms": norms,
            "plateau": self.plateau.state_dict() if self.plateau else None,
            "states": self._states_of_all_devices(),
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        saved, device = checkpoint["language_model"], self.trainer.strategy.root_device
        self.averages.restore(saved["averages"], device)
        self.gradient_norms = list(saved["gradient_norms"].to(device).unbind())
        self.saved_plateau = saved["plateau"]
        states = saved["states"]
        if len(states) == self.trainer.world_size:  # a training on another number of devices reads other columns
            self.state = moved(states[self.trainer.global_rank], device)

    def _states_of_all_devices(self) -> list[State]:
        """The state that each device carries to its next window, on the CPU; every device has to ask."""
        state, devices = moved(self.state, torch.device("cpu")), self.trainer.world_size
        states: list[State] = [state] * devices
        if devices > 1:
            all_gather_object(states, state)
        return states

    def gradient_norm_metrics(self) -> dict[str, float]:
        """Percentiles of all steps' gradient norms before clipping, and the share of steps that were clipped."""
        norms = torch.stack(self.gradient_norms).cpu().double().numpy()
        limit = self.params.gradient_clip_norm
        metrics = {"limit": limit, "clipped_share": float((norms > limit).mean())}
        metrics |= {f"percentile_{p}": float(np.percentile(norms, p)) for p in PERCENTILES}
        return {**metrics, "largest": float(norms.max())}
