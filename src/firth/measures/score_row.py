"""One score of word vectors: a row of the table that ``vector_scores`` makes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ScoreRow:
    """A score with its coverage.

    Attributes
    ----------
    measure : name, as in metrics: ``nearest_neighbor_accuracy``, ``men_spearman``, …
    score : None if it can't be computed; ``reason`` then says why.
    items : number of pairs, questions or lemmas of the gold set.
    covered : how many of them the score is computed from.
    low, high : ends of the 95 % interval, where one is computed.
    reason : why the score or its interval is missing, otherwise empty.
    """

    measure: str
    score: float | None
    items: int
    covered: int
    low: float | None = None
    high: float | None = None
    reason: str = ""
