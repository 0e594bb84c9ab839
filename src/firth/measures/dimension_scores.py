"""How good the first dimensions of SVD vectors are by themselves."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from firth.measures.vector_scores import similarity_scores

ROUND = (1, 2, 5)  # times powers of ten
COLUMNS = ["dimension", "measure", "score", "low", "high", "covered"]


def dimension_scores(words: Sequence[str], vectors: np.ndarray, raw: Path, gold_sets: Sequence[str]) -> pd.DataFrame:
    """One score of the vectors cut to their first 1, 2, 5, 10, … dimensions, up to all of them.

    The score is the nearest-neighbor accuracy where the text has word classes, otherwise Spearman's correlation with
    the first gold set of similarities.

    Parameters
    ----------
    vectors : (V, D), dimensions in order of falling singular values.
    raw, gold_sets : as of ``similarity_scores``.

    Returns
    -------
    DataFrame
        Columns dimension, measure, score, low, high and covered; without rows where the vectors have no such score.
    """
    similarities = [name for name in gold_sets if (raw / "gold" / f"{name}.tsv").exists()]
    chosen = [] if (raw / "classes.tsv").exists() else similarities[:1]
    size = vectors.shape[1]
    sizes = [step * 10**power for power in range(len(str(size))) for step in ROUND]
    frames = [
        similarity_scores(words, vectors[:, :first], raw, chosen).head(1).assign(dimension=first)
        for first in [*(first for first in sizes if first < size), size]
    ]
    return pd.concat(frames, ignore_index=True)[COLUMNS]
