"""What a trainer does beside steps: the learning curve, seeds, progress, and checkpoints within an epoch."""

import math
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, EarlyStopping
from torch import Tensor

from firth.derived_seed import derived_seed
from firth.errors import FirthError
from firth.training.batches import Batches
from firth.training.epoch_mean import EpochMean
from firth.training.progress import Meter

DIVERGED = 100.0  # nats a token: worse than any model of text, and exp() of it is finite
STEPS_BETWEEN_AGREEMENTS = 50  # of several processes, on whether to write a checkpoint


class History(Callback):
    """The learning curve and the best weights, kept in the checkpoint so that a resumed run repeats no row.

    A model counts its ``train_loss``, an ``EpochMean``, and, if it validates, reports ``valid_loss``: mean over the
    epoch, in nats a token.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[dict[str, float]] = []
        self.best_loss = float("inf")
        self.best_weights: dict[str, Tensor] = {}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        states = [state for optimizer in trainer.optimizers for state in optimizer.state.values()]  # Adam's moments
        saved = [*pl_module.state_dict().values(), *(value for state in states for value in state.values())]
        if not all(value.isfinite().all() for value in saved if torch.is_tensor(value)):
            raise FirthError(
                f"{self.name}: the saved state to continue from holds NaN or infinity; "
                f"delete checkpoints/{self.name} and run again"
            )

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        _train_loss(pl_module).reset()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        losses: dict[str, float] = {}
        if (train_loss := _train_loss(pl_module).mean(trainer)) is not None:
            losses["train_loss"] = train_loss
            pl_module.log("train_loss", train_loss)
        if "valid_loss" in trainer.callback_metrics:
            losses["valid_loss"] = float(trainer.callback_metrics["valid_loss"])
        if not all(loss < DIVERGED for loss in losses.values()):
            raise FirthError(
                f"{self.name}: training diverged in epoch {trainer.current_epoch + 1} ({losses}); "
                f"lower its learning_rate{' or gradient_clip_norm' if trainer.gradient_clip_val else ''} in params.yaml"
            )
        self.rows.append({"epoch": trainer.current_epoch + 1, **losses})
        loss = losses.get("valid_loss", float("-inf"))  # without validation, the last weights are kept
        if loss < self.best_loss or loss == float("-inf"):
            self.best_loss = loss
            self.best_weights = {name: value.detach().cpu().clone() for name, value in pl_module.state_dict().items()}

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, whose weights were kept."""
        return int(min(self.rows, key=lambda row: row["valid_loss"])["epoch"])

    def curve(self) -> pd.DataFrame:
        """The curve of a model that validates: ``epoch``, ``train_loss``, ``valid_loss``, ``valid_perplexity``.

        Losses in nats a token; perplexity on the validation text.
        """
        rows = [
            (int(row["epoch"]), row["train_loss"], row["valid_loss"], math.exp(row["valid_loss"])) for row in self.rows
        ]
        return pd.DataFrame(rows, columns=["epoch", "train_loss", "valid_loss", "valid_perplexity"])

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        checkpoint["train_loss"] = _train_loss(pl_module).state(trainer)

    def on_load_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        _train_loss(pl_module).restore(checkpoint["train_loss"], trainer)

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "best_loss": self.best_loss, "best_weights": self.best_weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.rows = state_dict["rows"]
        self.best_loss = state_dict["best_loss"]
        self.best_weights = state_dict["best_weights"]


def _train_loss(model: pl.LightningModule) -> EpochMean:
    assert isinstance(model.train_loss, EpochMean)
    return model.train_loss


class StepSeed(Callback):
    """Seeds torch before every step, so that dropout after a resume is that of an uninterrupted training.

    Not once an epoch, because Lightning's loaders draw from the same generator between steps.
    """

    def __init__(self, seed: int, name: str) -> None:
        self.seed, self.name = seed, name

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        seed = derived_seed(self.seed, self.name, "step", trainer.global_step, trainer.global_rank)
        torch.default_generator.manual_seed(seed)  # torch.manual_seed takes a millisecond for missing devices
        if pl_module.device.type == "cuda":
            torch.cuda.manual_seed(seed)


class StopWhereStopped(Callback):
    """Ends a resumed training at once if early stopping had ended it before the interruption."""

    def __init__(self, early_stopping: EarlyStopping) -> None:
        self.early_stopping = early_stopping

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.early_stopping.wait_count >= self.early_stopping.patience:
            trainer.should_stop = True


class CheckpointInEpoch(Callback):
    """Writes a checkpoint within an epoch whenever some time has passed since the last; it must be the last callback.

    Not after the last step of an epoch, which the checkpoint at the epoch's end follows.
    """

    def __init__(self, path: Path, minutes: float) -> None:
        self.path, self.seconds = path, 60 * minutes
        self.last = time.monotonic()

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.last = time.monotonic()

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        if trainer.is_last_batch or (trainer.world_size > 1 and (batch_idx + 1) % STEPS_BETWEEN_AGREEMENTS):
            return
        if trainer.strategy.broadcast(time.monotonic() - self.last >= self.seconds):
            trainer.save_checkpoint(self.path)
            self.last = time.monotonic()


class Progress(Callback):
    """A meter for the whole training, and a line for each epoch."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.meter: Meter | None = None

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.is_global_zero and trainer.max_epochs:
            assert isinstance(trainer.train_dataloader, Batches)
            passed = trainer.current_epoch + trainer.train_dataloader.next / trainer.num_training_batches
            self.meter = Meter(f"train {self.name}", trainer.max_epochs - passed).__enter__()

    def on_train_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        if self.meter:
            self.meter.advance(1 / trainer.num_training_batches, f"epoch {trainer.current_epoch + 1}")

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.meter:
            losses = {name: float(value) for name, value in trainer.callback_metrics.items() if name.endswith("_loss")}
            self.meter.line(
                ", ".join([f"epoch {trainer.current_epoch + 1}"] + [f"{k} {v:.4f}" for k, v in losses.items()])
            )

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.meter:
            self.meter.__exit__(None, None, None)

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        self.on_train_end(trainer, pl_module)
