"""Trainings that may diverge: where that is a result, not an error."""

import math
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pytorch_lightning as pl
from numpy.typing import NDArray
from pytorch_lightning.callbacks import Callback

from firth.lm.language_training import LanguageModelTraining
from firth.lm.network_scorer import NetworkScorer
from firth.lm.text_data import TextData
from firth.measures.perplexity import cross_entropy
from firth.training.callbacks import DIVERGED
from firth.training.trainer import Run, train

NO_CLIPPING = 1e6  # longer than any gradient of a training that has not diverged
STEPS_A_ROW = 10


class DivergenceError(Exception):
    """Breaks off a training; ``train_until_divergence`` catches it."""


class StepCurve(Callback):
    """Loss and gradient norm of every step; breaks the training off once it diverges.

    It has diverged when a step's loss is ``DIVERGED`` or worse, or its gradient is infinite or no number, so that the
    weights would be. A checkpoint keeps the curve, so that a resumed training repeats no step.

    Attributes
    ----------
    losses : nats a token, of every step.
    norms : of every step's gradient, before clipping.
    """

    def __init__(self, model: LanguageModelTraining) -> None:
        self.model = model
        self.losses: list[float] = []
        self.norms: list[float] = []

    @property
    def diverged(self) -> bool:
        return bool(self.losses) and not (self.losses[-1] < DIVERGED and math.isfinite(self.norms[-1]))

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.losses.append(float(outputs["loss"]))
        self.norms.append(float(self.model.gradient_norms[-1]))
        if self.diverged:
            raise DivergenceError

    def table(self, learning_rate: float) -> pd.DataFrame:
        """A row for every ``STEPS_A_ROW`` steps: mean loss and largest norm; the step that diverged is left out."""
        steps = len(self.losses) - self.diverged
        starts = range(0, steps, STEPS_A_ROW)
        spans = [slice(start, min(start + STEPS_A_ROW, steps)) for start in starts]
        return pd.DataFrame(
            {
                "learning_rate": learning_rate,
                "step": [span.stop for span in spans],
                "train_loss": [float(np.mean(self.losses[span])) for span in spans],
                "gradient_norm": [max(self.norms[span]) for span in spans],
            }
        )

    def state_dict(self) -> dict[str, Any]:
        return {"losses": self.losses, "norms": self.norms}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.losses, self.norms = state_dict["losses"], state_dict["norms"]


def train_until_divergence(model: LanguageModelTraining, data: TextData, run: Run) -> StepCurve:
    """Train all epochs of the model's params, or until it diverges.

    Nothing is validated meanwhile: the trainer takes a validation loss out of bounds for an error.
    """
    curve = StepCurve(model)
    with suppress(DivergenceError):  # the curve says so
        clip, epochs = model.params.gradient_clip_norm, model.params.max_epochs
        train(model, data, run, max_epochs=epochs, patience=None, gradient_clip_norm=clip, observers=[curve])
    return curve


def outcome(curve: StepCurve, model: LanguageModelTraining, valid: NDArray) -> dict[str, float | None]:
    """Metrics of one training: the validation perplexity of its last weights, and the norms of its gradients.

    Parameters
    ----------
    valid : a stream of ids, ``<eos>`` after every sentence.
    """
    reached = math.inf if curve.diverged else cross_entropy(NetworkScorer(model.network), valid)
    diverged = not reached < DIVERGED  # the last step may be the one that diverged
    finite = [norm for norm in curve.norms if math.isfinite(norm)]
    return {
        "diverged_at_step": len(curve.losses) if diverged else None,
        "valid_perplexity": None if diverged else math.exp(reached),
        "median_gradient_norm": float(np.median(finite)) if finite else None,
        "largest_gradient_norm": max(finite, default=None),
        "clipped_share": float(np.mean([norm > model.params.gradient_clip_norm for norm in curve.norms])),
    }
