"""The one place that builds a Lightning trainer: device, precision, progress, logging, checkpoints, early stopping."""

import logging
import math
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytorch_lightning as pl
import torch
from dvclive.lightning import DVCLiveLogger
from lightning_fabric.utilities.exceptions import MisconfigurationException
from pytorch_lightning.callbacks import Callback, EarlyStopping, ModelCheckpoint
from scmrepo.exceptions import SCMError
from torch import Tensor

from firth.errors import FirthError
from firth.params.compute_params import ComputeParams
from firth.params.settings import Settings
from firth.training.checkpoints import LAST, WholeCheckpoints, readable_checkpoint
from firth.training.precision import for_lightning, prepare
from firth.training.progress import Meter
from firth.training.reproducibility import derived_seed
from firth.training.resume import checkpoint_folder
from firth.workspace import Workspace

DIVERGED = 100.0  # nats a token: worse than any model of text, and exp() of it is finite

# Very small probabilities, and Adam's moments of rare words, become subnormal numbers, with which a CPU computes some
# twenty times slower. Threads inherit the setting when they start, so it comes before the first of them.
torch.set_flush_denormal(True)


@dataclass(frozen=True)
class Run:
    """What a training needs beside model and data: name, folders, seed, precision and hardware."""

    name: str
    checkpoints: Path
    logs: Path
    seed: int
    precision: str
    compute: ComputeParams


@contextmanager
def training_run(name: str, settings: Settings, workspace: Workspace, inputs: Iterable[Path]) -> Iterator[Run]:
    """Hold the checkpoint folder of one item's training until its outputs are written.

    Parameters
    ----------
    name : of the run, in ``checkpoints/`` and ``logs/``, and in the names of its random generators.
    inputs : files or folders that decide the result, beside the settings and the code.
    """
    mark = settings.fingerprint(inputs)
    with checkpoint_folder(workspace.checkpoints(name), mark) as checkpoints:
        yield Run(name, checkpoints, workspace.logs(name), settings.seed, settings.precision, settings.compute)


def part_of(run: Run, name: str) -> Run:
    """One of several trainings of a run; its checkpoints are kept until the whole run has ended."""
    return replace(run, name=f"{run.name}-{name}", checkpoints=run.checkpoints / name, logs=run.logs / name)


class History(Callback):
    """The learning curve and the best weights, kept in the checkpoint so that a resumed run repeats no row.

    A model reports ``train_loss`` and, if it validates, ``valid_loss``: mean over the epoch, in nats a token.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[dict[str, float]] = []
        self.best_loss = float("inf")
        self.best_weights: dict[str, Tensor] = {}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if not all(value.isfinite().all() for value in pl_module.state_dict().values()):
            raise FirthError(
                f"{self.name}: the saved state to continue from holds NaN or infinity; "
                f"delete checkpoints/{self.name} and run again"
            )

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        losses: dict[str, float] = {
            name: float(trainer.callback_metrics[name])
            for name in ("train_loss", "valid_loss")
            if name in trainer.callback_metrics
        }
        if not all(loss < DIVERGED for loss in losses.values()):
            raise FirthError(
                f"{self.name}: training diverged in epoch {trainer.current_epoch + 1} ({losses}); "
                "lower its learning_rate or gradient_clip_norm in params.yaml"
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

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "best_loss": self.best_loss, "best_weights": self.best_weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.rows = state_dict["rows"]
        self.best_loss = state_dict["best_loss"]
        self.best_weights = state_dict["best_weights"]


class StepSeed(Callback):
    """Seeds torch before every step, so that dropout after a resume is that of an uninterrupted training.

    Not once an epoch, because Lightning's loaders draw from the same generator between steps.
    """

    def __init__(self, run: Run) -> None:
        self.run = run

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        seed = derived_seed(self.run.seed, self.run.name, "step", trainer.global_step, trainer.global_rank)
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


class Progress(Callback):
    """A meter for the whole training, and a line for each epoch."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.meter: Meter | None = None

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.is_global_zero and trainer.max_epochs:
            self.meter = Meter(f"train {self.name}", trainer.max_epochs - trainer.current_epoch).__enter__()

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


def train(
    model: pl.LightningModule,
    data: pl.LightningDataModule,
    run: Run,
    *,
    max_epochs: int,
    patience: int | None,
    gradient_clip_norm: float | None = None,
    observers: Sequence[Callback] = (),
) -> History:
    """Train ``model``, from its last checkpoint if there is one, and load its best weights into it.

    Parameters
    ----------
    patience : epochs without a better ``valid_loss`` before training stops; None trains all epochs without validation.
    observers : further callbacks, which only observe the training; their state is in the checkpoint.

    Returns
    -------
    History
        A row for each epoch, and the weights of the best epoch.
    """
    history = History(run.name)
    callbacks: list[Callback] = [history, StepSeed(run), Progress(run.name), *observers]
    if patience is not None:
        early_stopping = EarlyStopping("valid_loss", patience=patience, check_on_train_epoch_end=True)
        callbacks += [early_stopping, StopWhereStopped(early_stopping)]
    callbacks.append(
        ModelCheckpoint(
            dirpath=run.checkpoints,
            filename=Path(LAST).stem,
            monitor=None,
            enable_version_counter=False,
            save_on_train_epoch_end=True,
        )
    )
    last = readable_checkpoint(run.checkpoints, run.name)
    _quiet()
    accelerator = run.compute.accelerator
    if accelerator == "auto":  # no other accelerator is tested
        accelerator = "gpu" if torch.cuda.is_available() else "cpu"
    prepare(run.precision, cpu=accelerator == "cpu")
    try:
        trainer = pl.Trainer(
            accelerator=accelerator,
            devices=run.compute.devices,
            num_nodes=run.compute.nodes,
            precision=for_lightning(run.precision),  # type: ignore[arg-type]
            max_epochs=max_epochs,
            gradient_clip_val=gradient_clip_norm,
            limit_val_batches=None if patience is not None else 0,
            num_sanity_val_steps=0,
            logger=DVCLiveLogger(dir=str(run.logs), dvcyaml=False, save_dvc_exp=False, report=None),
            log_every_n_steps=50,
            callbacks=callbacks,
            enable_model_summary=False,
            enable_progress_bar=False,
            use_distributed_sampler=False,
            reload_dataloaders_every_n_epochs=1,
            plugins=[WholeCheckpoints()],
        )
    except (MisconfigurationException, ValueError) as error:
        raise FirthError(
            f"params.yaml: compute: {str(error).splitlines()[0]}; correct accelerator, devices or nodes"
        ) from None
    try:
        trainer.fit(model, data, ckpt_path=str(last) if last else None, weights_only=True)
    except SCMError as error:  # of DVCLive
        raise FirthError(f"git: {error}; a training needs a repository with a commit: `git commit` makes one") from None
    if not trainer.is_global_zero:
        sys.exit(0)  # of several processes, one goes on and writes the outputs
    model.load_state_dict(history.best_weights)
    model.to(trainer.strategy.root_device)  # Lightning has moved it to the CPU
    return history


def may_fuse(trainer: pl.Trainer) -> bool:
    """Whether an optimizer may be fused: in mixed precision, Lightning refuses to clip the gradients of a fused one."""
    return "mixed" not in trainer.precision


def warm_up_and_cosine(step: int, steps: int, warm_up_share: float) -> float:
    """The factor of the learning rate: linear warm-up over a share of the steps, then half a cosine down to 0."""
    warm_up = max(1, round(warm_up_share * steps))
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm_up) / max(1, steps - warm_up))))


def _quiet() -> None:
    """Keep Lightning's notes on hardware, and its advice on loader processes, out of the log."""
    for name in ("pytorch_lightning", "pytorch_lightning.utilities.rank_zero", "pytorch_lightning.accelerators.cuda"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="pytorch_lightning")
