"""Findings with tables of word vectors alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from firth.report.findings import Findings

CLASS = "nearest_neighbor_accuracy"


def findings_with(tables: Mapping[str, pd.DataFrame], **others: Any) -> Findings:
    """Findings of a run that has these tables and nothing else, but for ``others``."""
    empty: dict[str, Any] = {
        **{key: {} for key in ("corpora", "sentences", "settings", "headline", "samples", "studies", "study_curves")},
        "missing_words": [],
        "word_map": None,
    }
    return Findings(tables=tables, **{**empty, **others})


def vector_scores(
    scores: Mapping[str, float | tuple[float, float, float] | None], measure: str = CLASS
) -> pd.DataFrame:
    """The table ``vectors`` with one measure: representation → its score, or score, low and high."""
    rows = []
    for representation, found in scores.items():
        score, low, high = found if isinstance(found, tuple) else (found, None, None)
        space = representation if representation in ("svd", "word2vec") else "counts"
        rows.append((space, representation, measure, score, low, high, 700, 650))
    columns = ["space", "representation", "measure", "score", "low", "high", "items", "covered"]
    return pd.DataFrame(rows, columns=columns)


def word_angles(angles: Sequence[tuple[str, str, float, float]], representation: str = "word2vec") -> pd.DataFrame:
    """The table ``angles``: (word, other, cosine, angle) each."""
    frame = pd.DataFrame(angles, columns=["word", "other", "cosine", "angle"])
    return frame.assign(space=representation, representation=representation)
