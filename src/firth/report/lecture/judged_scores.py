"""The score of word vectors that decides claims about them, and how a sentence says it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from firth.report.findings import Findings
from firth.report.names import REPRESENTATIONS

LEARNED = ("word2vec", "svd")
CLASSES = ("nearest_neighbor_accuracy", "neighbor_purity")
MOST = 0.5  # of the words: more than half have a neighbor of their class
THRESHOLD = (
    "more than half of the nearest neighbors are of the word’s class; without word classes, the interval of Spearman’s "
    "correlation lies above 0"
)


@dataclass(frozen=True)
class VectorScore:
    """One score of one representation.

    Attributes
    ----------
    representation : its name for people.
    covered : words, or pairs of words, that the score is computed from.
    low, high : ends of the 95 % interval, None where there is none.
    """

    representation: str
    measure: str
    value: float
    covered: int
    low: float | None
    high: float | None

    @property
    def text(self) -> str:
        """The score with its interval."""
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"

    @property
    def is_good(self) -> bool:
        """Whether the score is above what the threshold of this module says."""
        if self.measure in CLASSES:
            return self.value > MOST
        return self.low is not None and self.low > 0


def scores_by_representation(findings: Findings, first: str = CLASSES[0]) -> dict[str, VectorScore]:
    """Representation (one_hot, raw_counts, ppmi, svd, word2vec) → its score by one measure, the same for all.

    The measure is ``first`` where the text has word classes, otherwise Spearman's correlation with the first gold set.
    Representations without this score are left out.
    """
    there = findings.table("vectors").dropna(subset=["score"])
    similarities = there.loc[there["measure"].str.endswith("_spearman"), "measure"].tolist()
    measures = [measure for measure in (first, *similarities) if (there["measure"] == measure).any()]
    chosen = there[there["measure"] == measures[0]] if measures else there.head(0)
    return {
        row.representation: VectorScore(
            REPRESENTATIONS.get(row.representation, row.representation),
            row.measure,
            row.score,
            int(row.covered),
            *(None if pd.isna(end) else float(end) for end in (row.low, row.high)),
        )
        for row in chosen.dropna(subset=["covered"]).itertuples()
    }


def first_of(scores: dict[str, VectorScore], names: Sequence[str] = LEARNED) -> VectorScore | None:
    """The score of the first of these representations that has one."""
    return next((scores[name] for name in names if name in scores), None)


def said(score: VectorScore) -> str:
    """What a score says, as the end of a sentence that begins with the representation."""
    match score.measure:
        case "nearest_neighbor_accuracy":
            return f"give {score.text} of {score.covered:,} words a nearest neighbor of their class"
        case "neighbor_purity":
            return f"give {score.covered:,} words ten nearest neighbors of which {score.text} are of their class"
    return f"correlate with people’s judgments of {score.covered:,} pairs of words at {score.text} (Spearman)"
