"""The one place that builds a Lightning trainer: device, precision, progress, logging, checkpoints, early stopping."""

import logging
import math
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytorch_lightning as pl
import torch
from dvclive.lightning import DVCLiveLogger
from lightning_fabric.utilities.exceptions import MisconfigurationException
from pytorch_lightning.callbacks import Callback, EarlyStopping, ModelCheckpoint
from scmrepo.exceptions import SCMError

from firth.errors import FirthError
from firth.params.compute_params import ComputeParams
from firth.params.settings import Settings
from firth.training.callbacks import CheckpointInEpoch, History, Progress, StepSeed, StopWhereStopped
from firth.training.checkpoints import LAST, WholeCheckpoints, readable_checkpoint
from firth.training.precision import for_lightning, prepare
from firth.training.resume import checkpoint_folder
from firth.workspace import Workspace

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
    callbacks: list[Callback] = [history, StepSeed(run.seed, run.name), Progress(run.name), *observers]
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
    callbacks.append(CheckpointInEpoch(run.checkpoints / LAST, run.compute.checkpoint_minutes))
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
