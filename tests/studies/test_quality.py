"""Curves of quality: where they have points, what a point says, and that a resumed training has the same."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from pytorch_lightning.callbacks import Callback
from stages.effective import settings_of

from firth.errors import FirthError
from firth.measures.word_classes import Lexicon
from firth.params.compute_params import ComputeParams
from firth.params.experiment import load_params
from firth.studies.learners import Learner, VectorSettings, learner_on_artificial_text
from firth.studies.quality import QualityCurve, due_steps
from firth.training.trainer import Run

TOKENS = ["<unk>", "<eos>", "cat", "dog", "apple", "pear"]
LEXICON = Lexicon({(word, kind): [word] for word, kind in zip(TOKENS[2:], "aaff", strict=True)})


def tiny() -> Learner:
    params = load_params(Path(__file__).parents[2] / "studies" / "params.yaml")
    settings = VectorSettings.of(settings_of(params, "study_vectors", "feedforward"))
    return learner_on_artificial_text("feedforward", len(TOKENS), settings)


def after(curve: QualityCurve, epoch: int, batch: int) -> None:
    curve.on_train_batch_end(SimpleNamespace(current_epoch=epoch), None, None, None, batch)  # type: ignore[arg-type]


def fit(curve: QualityCurve, folder: Path, *observers: Callback) -> None:
    compute = ComputeParams(accelerator="cpu", devices=1, nodes=1, checkpoint_minutes=2)
    run = Run("study", folder / "checkpoints", folder / "logs", 1, "32-true", compute)
    curve.learner.train(run, curve, *observers)


class InterruptionError(Exception):
    """Stands for a kill."""


class Breaks(Callback):
    """Interrupts in the middle of the second epoch."""

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:
        if trainer.current_epoch == 1 and batch_idx == 7:
            raise InterruptionError


def test_points_are_even_on_a_logarithmic_scale_and_the_last_is_the_end() -> None:
    steps = sorted(due_steps(4096))
    assert (steps[0], steps[-1]) == (16, 4096)
    ratios = np.diff(np.log2(steps))
    assert ratios == pytest.approx(np.full(32, 0.25), abs=0.05)
    assert sorted(due_steps(3)) == [1, 2, 3]


def test_a_point_says_what_was_read_and_computed_and_how_good_the_vectors_are() -> None:
    learning = tiny()
    curve = QualityCurve(learning, TOKENS, LEXICON)
    end = learning.epochs * learning.batches
    with torch.no_grad():
        learning.vectors.weight[2:] = torch.eye(4, 50)
        learning.vectors.weight[2, 1] = 0.5  # cat and dog near each other, apple and pear near nothing
    after(curve, learning.epochs - 1, learning.batches - 1)
    (row,) = curve.rows
    assert row["epoch"] == learning.epochs
    assert row["words"] == learning.epochs * learning.words
    assert row["operations"] == pytest.approx(row["words"] * learning.operations_a_word())
    assert row["nearest_neighbor_accuracy"] == pytest.approx(
        (1 + 1 + 1 / 3 + 1 / 3) / 4
    )  # three are equally near to the last two
    after(curve, 0, next(step for step in range(1, end) if step not in curve.due) - 1)
    assert len(curve.rows) == 1


def test_the_first_row_that_is_good_enough_is_found() -> None:
    curve = QualityCurve(tiny(), TOKENS, LEXICON)
    curve.rows = [
        {"nearest_neighbor_accuracy": quality, "words": words} for words, quality in enumerate([0.1, 0.8, 0.7, 0.9])
    ]
    assert curve.first_to_reach(0.75) == curve.rows[1]
    assert curve.first_to_reach(0.95) is None


def test_an_interrupted_training_gives_the_same_curve(tmp_path: Path) -> None:
    whole = QualityCurve(tiny(), TOKENS, LEXICON)
    fit(whole, tmp_path / "whole")
    with pytest.raises(InterruptionError):
        fit(QualityCurve(tiny(), TOKENS, LEXICON), tmp_path / "broken", Breaks())
    resumed = QualityCurve(tiny(), TOKENS, LEXICON)
    fit(resumed, tmp_path / "broken")
    assert resumed.table().equals(whole.table())
    assert len(whole.rows) == len(whole.due)


def test_a_world_without_classes_is_refused() -> None:
    curve = QualityCurve(tiny(), TOKENS, Lexicon({}))
    with pytest.raises(FirthError, match=r"no class has two lemmas.*raise world\.embeddings\.sentences"):
        after(curve, curve.learner.epochs - 1, curve.learner.batches - 1)
