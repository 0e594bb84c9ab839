"""A training that was interrupted ends in the same weights and the same curve as one that was not."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor, nn

from firth.errors import FirthError
from firth.params.compute_params import ComputeParams
from firth.training import callbacks
from firth.training.batches import Batches
from firth.training.callbacks import History
from firth.training.epoch_mean import EpochMean
from firth.training.reproducibility import generator
from firth.training.trainer import Run, train, warm_up_and_cosine


class Regression(pl.LightningModule):
    """A line through noise, with dropout so that random states matter; ``valid_losses`` may script its validation."""

    params = SimpleNamespace(gradient_clip_norm=9.0)  # which says nothing of how the trainer clips

    def __init__(self, valid_losses: list[float] | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 1))
        self.valid_losses = valid_losses
        self.train_loss = EpochMean()
        self.steps = 0  # of this process

    def training_step(self, batch: tuple[Tensor, Tensor], index: int) -> Tensor:
        loss = nn.functional.mse_loss(self.layers(batch[0]), batch[1])
        self.train_loss.add(loss, len(batch[0]))
        self.steps += 1
        return loss

    def validation_step(self, batch: tuple[Tensor, Tensor], index: int) -> None:
        loss = nn.functional.mse_loss(self.layers(batch[0]), batch[1])
        if self.valid_losses:
            loss = torch.tensor(self.valid_losses[self.current_epoch])
        self.log("valid_loss", loss, batch_size=len(batch[0]))

    def configure_optimizers(self) -> Any:
        optimizer = torch.optim.Adam(self.parameters(), 0.05)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.97**step)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


class Noise(pl.LightningDataModule):
    def batches(self, name: str, epoch: int) -> list[tuple[Tensor, Tensor]]:
        draws = torch.from_numpy(generator(7, name, epoch).standard_normal((6, 5, 4)).astype("float32"))
        return [(batch[:, :3], batch[:, 3:]) for batch in draws]

    def train_dataloader(self) -> Batches[Any]:
        assert self.trainer is not None
        return Batches(self.batches("train", self.trainer.current_epoch))

    def val_dataloader(self) -> Batches[Any]:
        return Batches(self.batches("valid", 0))


class Kill(Callback):
    """Ends the process's training as a signal would, after a number of steps or when training ends."""

    def __init__(self, step: int | None) -> None:
        self.step = step

    def on_train_batch_end(self, trainer: pl.Trainer, *_: Any) -> None:
        if trainer.global_step == self.step:
            raise InterruptedError

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if self.step is None:
            raise InterruptedError


EACH_STEP = 1e-9  # minutes between checkpoints


def fit(
    folder: Path,
    valid_losses: list[float] | None = None,
    patience: int | None = 2,
    minutes: float = 2,
    clip: float | None = 0.5,
) -> tuple[Regression, History]:
    run = Run(
        "toy",
        folder / "checkpoints",
        folder / "logs",
        3,
        "32-true",
        ComputeParams(accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=minutes),
    )
    model = Regression(valid_losses)
    return model, train(model, Noise(), run, max_epochs=5, patience=patience, gradient_clip_norm=clip)


def weights(model: nn.Module) -> list[bytes]:
    return [value.numpy().tobytes() for value in model.state_dict().values()]


@pytest.mark.parametrize("minutes", [2, EACH_STEP])
@pytest.mark.parametrize("step", [1, 3, 6, 7, 15, 24])
def test_a_training_killed_at_any_step_ends_in_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, minutes: float
) -> None:
    whole, whole_history = fit(tmp_path / "whole")
    kill = Kill(step)
    with monkeypatch.context() as patch:
        patch.setattr(callbacks.Progress, "on_train_batch_end", lambda self, *args: kill.on_train_batch_end(*args))
        with pytest.raises(InterruptedError):
            fit(tmp_path / "killed", minutes=minutes)
    resumed, history = fit(tmp_path / "killed", minutes=minutes)
    assert weights(resumed) == weights(whole)
    assert history.rows == whole_history.rows
    last_checkpoint = step - 1 if minutes == EACH_STEP else (step - 1) // 6 * 6
    assert resumed.steps == whole.steps - last_checkpoint


def test_a_training_goes_on_from_the_checkpoint_before_a_damaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = fit(tmp_path / "whole")
    kill = Kill(24)  # in the last epoch
    with monkeypatch.context() as patch:
        patch.setattr(callbacks.Progress, "on_train_batch_end", lambda self, *args: kill.on_train_batch_end(*args))
        with pytest.raises(InterruptedError):
            fit(tmp_path / "killed")
    (tmp_path / "killed" / "checkpoints" / "last.ckpt").write_bytes(b"")
    epochs: list[int] = []
    monkeypatch.setattr(
        callbacks.Progress, "on_train_epoch_start", lambda self, trainer, _: epochs.append(trainer.current_epoch)
    )
    resumed, _ = fit(tmp_path / "killed")
    assert epochs == [2, 3]  # the one whose checkpoint was damaged, and the one in which the training was killed
    assert weights(resumed) == weights(whole)


def test_a_training_killed_after_it_stopped_early_does_not_train_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = [3.0, 2.0, 4.0, 5.0, 1.0]  # stops after epoch 4; epoch 5 would win
    whole, whole_history = fit(tmp_path / "whole", losses)
    assert [row["epoch"] for row in whole_history.rows] == [1, 2, 3, 4]
    kill = Kill(None)
    with monkeypatch.context() as patch:
        patch.setattr(callbacks.Progress, "on_train_end", kill.on_train_end)
        patch.setattr(callbacks.Progress, "on_exception", lambda *_: None)
        with pytest.raises(InterruptedError):
            fit(tmp_path / "killed", losses)
    resumed, history = fit(tmp_path / "killed", losses)
    assert weights(resumed) == weights(whole)
    assert history.rows == whole_history.rows


def test_the_best_weights_are_kept_not_the_last(tmp_path: Path) -> None:
    best_of_two, _ = fit(tmp_path / "a", [3.0, 2.0, 4.0, 5.0, 6.0])
    long, history = fit(tmp_path / "b", [3.0, 2.0, 4.0, 2.5, 6.0], patience=3)
    assert history.best_loss == 2.0 and len(history.rows) == 5
    assert weights(long) == weights(best_of_two)


def test_the_curve_holds_losses_and_perplexity_by_epoch(tmp_path: Path) -> None:
    _, history = fit(tmp_path, [3.0, 2.0, 4.0, 5.0, 6.0])
    curve = history.curve()
    assert curve.columns.tolist() == ["epoch", "train_loss", "valid_loss", "valid_perplexity"]
    assert curve["epoch"].tolist() == [1, 2, 3, 4]
    assert curve["train_loss"].tolist() == [row["train_loss"] for row in history.rows]
    assert curve["valid_perplexity"].tolist() == pytest.approx([20.0855369, 7.3890561, 54.5981500, 148.413159])


def test_a_finished_training_is_not_repeated(tmp_path: Path) -> None:
    _, first = fit(tmp_path)
    _, second = fit(tmp_path)
    assert second.rows == first.rows


def test_without_validation_all_epochs_are_trained_and_the_last_weights_kept(tmp_path: Path) -> None:
    _, history = fit(tmp_path, patience=None)
    assert [set(row) for row in history.rows] == [{"epoch", "train_loss"}] * 5


def test_learning_rate_rises_on_a_line_and_falls_on_a_cosine_to_zero() -> None:
    factors = [warm_up_and_cosine(step, 200, 0.02) for step in range(201)]
    assert factors[:4] == pytest.approx([0.25, 0.5, 0.75, 1])
    assert factors[4 + 98] == pytest.approx(0.5)
    assert factors[200] == pytest.approx(0, abs=1e-12)
    assert factors[4:] == sorted(factors[4:], reverse=True)


@pytest.mark.parametrize(
    ("loss", "clip", "advice"),
    [(float("nan"), None, ""), (float("inf"), 0.5, " or gradient_clip_norm"), (101.0, None, "")],
)
def test_a_training_that_diverges_is_one_line_and_one_from_a_state_with_infinity_another(
    tmp_path: Path, loss: float, clip: float | None, advice: str
) -> None:
    words = rf"toy: training diverged in epoch 2 .* lower its learning_rate{advice} in params.yaml$"
    with pytest.raises(FirthError, match=words):
        fit(tmp_path, [3.0, loss], clip=clip)
    last = tmp_path / "checkpoints" / "last.ckpt"
    state = torch.load(last, weights_only=True)
    state["optimizer_states"][0]["state"][0]["exp_avg"][0, 0] = torch.inf
    torch.save(state, last)
    with pytest.raises(FirthError, match=r"^toy: the saved state .* NaN or infinity; delete checkpoints/toy and run"):
        fit(tmp_path, [3.0, 2.0])


@pytest.mark.parametrize(("accelerator", "devices"), [("gpu", 1), ("gpu", 9)])
def test_hardware_that_is_not_there_is_one_line(tmp_path: Path, accelerator: Any, devices: int) -> None:
    compute = ComputeParams(accelerator=accelerator, devices=devices, nodes=1, checkpoint_minutes=2)
    run = Run("toy", tmp_path / "checkpoints", tmp_path / "logs", 3, "32-true", compute)
    available = torch.cuda.device_count()
    if available < devices:
        with pytest.raises(FirthError, match=r"compute: .*; correct accelerator, devices or nodes") as caught:
            train(Regression(), Noise(), run, max_epochs=1, patience=2)
        assert len(str(caught.value).splitlines()) == 1
