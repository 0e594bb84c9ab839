"""Curves of trainings that may diverge: what they say, where they end, and that a resumed one is the same."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from lm.settings import settings
from pytorch_lightning.callbacks import Callback

from firth.lm.language_training import LanguageModelTraining
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import build
from firth.measures.perplexity import perplexity
from firth.params.compute_params import ComputeParams
from firth.studies.clipping import NO_CLIPPING, StepCurve, outcome, train_until_divergence
from firth.studies.shared_windows import shared_windows
from firth.training.trainer import Run, part_of, train

TEXT = np.random.default_rng(0).integers(1, 9, 900)
SETTINGS: dict[str, Any] = {"optimizer": "sgd", "schedule": "constant", "max_epochs": 2, "gradient_clip_norm": 0.25}


def model_at(learning_rate: float, limit: float = 0.25) -> LanguageModelTraining:
    params = settings(**{**SETTINGS, "learning_rate": learning_rate, "gradient_clip_norm": limit})
    torch.manual_seed(1)
    return LanguageModelTraining(build("rnn", 9, params), params)


def run_in(folder: Path) -> Run:
    compute = ComputeParams(accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=2)
    return Run("study", folder / "checkpoints", folder / "logs", 1, "32-true", compute)


def fit(model: LanguageModelTraining, folder: Path) -> StepCurve:
    return train_until_divergence(model, shared_windows(TEXT, TEXT, model.params, 1), run_in(folder))


def curve_of(steps: list[tuple[float, float]]) -> StepCurve:
    """A curve that has seen steps of these losses and gradient norms."""
    model = model_at(1.0)
    curve = StepCurve(model)
    for loss, norm in steps:
        model.gradient_norms.append(torch.tensor(norm))
        curve.on_train_batch_end(None, model, {"loss": torch.tensor(loss)}, None, 0)  # type: ignore[arg-type]
    return curve


class InterruptionError(Exception):
    """Stands for a kill."""


class Breaks(Callback):
    """Interrupts in the middle of the second epoch."""

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:
        if trainer.current_epoch == 1 and batch_idx == 7:
            raise InterruptionError


def test_a_row_has_the_mean_loss_and_the_largest_norm_of_ten_steps() -> None:
    curve = curve_of([(float(step), step / 8) for step in range(1, 13)])
    assert curve.table(0.5).to_dict("split")["data"] == [[0.5, 10, 5.5, 1.25], [0.5, 12, 11.5, 1.5]]
    assert list(curve.table(0.5)) == ["learning_rate", "step", "train_loss", "gradient_norm"]
    assert not curve.diverged


@pytest.mark.parametrize("last", [(100.0, 1.0), (math.nan, 1.0), (5.0, math.inf), (5.0, math.nan)])
def test_a_loss_of_100_nats_or_a_gradient_that_is_no_number_ends_a_training(
    last: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def train_one_step(model: LanguageModelTraining, *_: Any, observers: list[StepCurve], **__: Any) -> None:
        for loss, norm in ((6.0, 2.0), last, (7.0, 3.0)):
            model.gradient_norms.append(torch.tensor(norm))
            observers[0].on_train_batch_end(None, model, {"loss": torch.tensor(loss)}, None, 0)  # type: ignore[arg-type]

    monkeypatch.setattr("firth.studies.clipping.train", train_one_step)
    model = model_at(1.0)
    curve = train_until_divergence(model, SimpleNamespace(), SimpleNamespace())  # type: ignore[arg-type]
    assert curve.diverged and len(curve.losses) == 2
    assert curve.table(1.0).to_numpy().tolist() == [[1, 1, 6, 2]]
    found = outcome(curve, model, TEXT)
    assert (found["diverged_at_step"], found["valid_perplexity"]) == (2, None)
    assert found["largest_gradient_norm"] in (1.0, 2.0)


def test_a_training_that_ends_is_scored_by_its_last_weights(tmp_path: Path) -> None:
    model = model_at(0.5)
    curve = fit(model, tmp_path)
    found = outcome(curve, model, TEXT)
    assert found["diverged_at_step"] is None
    assert found["valid_perplexity"] == pytest.approx(perplexity(NetworkScorer(model.network), TEXT))
    norms = torch.stack(model.gradient_norms).numpy()
    assert curve.norms == norms.tolist() and len(curve.losses) == 2 * 23  # 225 rows of 4 columns, 10 at a time
    assert found["clipped_share"] == pytest.approx((norms > 0.25).mean())
    assert found["median_gradient_norm"] == pytest.approx(np.median(norms))


def test_without_clipping_a_high_rate_diverges_and_no_step_is_clipped(tmp_path: Path) -> None:
    model = model_at(1000.0, NO_CLIPPING)
    found = outcome(fit(model, tmp_path), model, TEXT)
    assert found["valid_perplexity"] is None and found["clipped_share"] == 0


def test_a_last_step_that_spoils_the_weights_is_a_divergence(tmp_path: Path) -> None:
    model = model_at(0.5)
    curve = fit(model, tmp_path)
    with torch.no_grad():
        model.network.output.bias[1] = 1e6
    assert outcome(curve, model, TEXT)["diverged_at_step"] == len(curve.losses)


def test_an_interrupted_training_gives_the_same_curve(tmp_path: Path) -> None:
    whole = fit(model_at(0.5), tmp_path / "whole")
    model = model_at(0.5)
    data, place = shared_windows(TEXT, TEXT, model.params, 1), run_in(tmp_path / "broken")
    with pytest.raises(InterruptionError):
        observers, clip = [StepCurve(model), Breaks()], model.params.gradient_clip_norm
        train(model, data, place, max_epochs=2, patience=None, gradient_clip_norm=clip, observers=observers)
    resumed = fit(model_at(0.5), tmp_path / "broken")
    assert (resumed.losses, resumed.norms) == (whole.losses, whole.norms)


def test_parts_of_a_run_keep_their_checkpoints_apart_inside_its_own(tmp_path: Path) -> None:
    place = run_in(tmp_path)
    parts = [part_of(place, name) for name in ("a", "b")]
    assert len({part.checkpoints for part in parts}) == len({part.logs for part in parts}) == 2
    assert {part.checkpoints.parent for part in parts} == {place.checkpoints}
