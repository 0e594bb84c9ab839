"""How good word vectors are after how much work."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback

from firth.errors import FirthError
from firth.measures.unit_rows import UnitRows
from firth.measures.word_classes import Lexicon, class_scores
from firth.studies.learners import Learner
from firth.text.vocabulary import EOS_ID

POINTS_AN_OCTAVE = 4
OCTAVES = 8
COLUMNS = ("epoch", "words", "operations", "nearest_neighbor_accuracy")


class QualityCurve(Callback):
    """Scores word vectors while they are learned, at points evenly spaced on a logarithmic scale, up to the end.

    Attributes
    ----------
    rows : for each point, ``COLUMNS``: what has been read and computed so far, and the share of lemmas whose nearest
        neighbor is of their class. They are kept in the checkpoint, so that a resumed training repeats none.
    """

    def __init__(self, learner: Learner, tokens: Sequence[str], lexicon: Lexicon) -> None:
        self.learner, self.tokens, self.lexicon = learner, tokens, lexicon
        self.operations_a_word = learner.operations_a_word()
        self.due = due_steps(learner.epochs * learner.batches)
        self.rows: list[dict[str, float]] = []

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        step = trainer.current_epoch * self.learner.batches + batch_idx + 1
        if step in self.due:
            epoch = step / self.learner.batches
            words = epoch * self.learner.words
            self.rows.append(
                {
                    "epoch": epoch,
                    "words": words,
                    "operations": words * self.operations_a_word,
                    "nearest_neighbor_accuracy": self._nearest_neighbor_accuracy(),
                }
            )

    def first_to_reach(self, nearest_neighbor_accuracy: float) -> dict[str, float] | None:
        """The first row that is as good, or None."""
        return next((row for row in self.rows if row["nearest_neighbor_accuracy"] >= nearest_neighbor_accuracy), None)

    def table(self) -> pd.DataFrame:
        """The rows as a data frame."""
        return pd.DataFrame(self.rows, columns=list(COLUMNS))

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.rows = state_dict["rows"]

    def _nearest_neighbor_accuracy(self) -> float:
        vectors = self.learner.vectors.weight.detach().float().cpu().numpy()  # (V, D)
        accuracy, _ = class_scores(UnitRows(self.tokens[EOS_ID + 1 :], vectors[EOS_ID + 1 :]), self.lexicon)
        if accuracy.score is None:
            raise FirthError(f"studies: {accuracy.reason}; raise world.embeddings.sentences in studies/params.yaml")
        return accuracy.score


def due_steps(steps: int) -> set[int]:
    """The steps of a training after which its vectors are scored: the last, and each 2^(1/4) times the one before."""
    return {max(1, round(steps * 2 ** (-back / POINTS_AN_OCTAVE))) for back in range(OCTAVES * POINTS_AN_OCTAVE + 1)}
