"""The nearest neighbors of words by cosine, and the angles between words."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from firth.measures.unit_rows import Matrix, UnitRows

NEIGHBORS = 5  # of each word
QUERIES = 50  # whose cosines with all words are in memory at once
DECIMALS = 12  # of a cosine: smaller differences are rounding errors, and count as ties


def nearest_words(words: Sequence[str], matrix: Matrix, queries: Sequence[str], count: int = NEIGHBORS) -> pd.DataFrame:
    """The words with the largest cosines to each query, the more frequent one first among equals.

    Words whose row is zero have no cosine: they are no neighbors, and as queries are left out.

    Parameters
    ----------
    words : (V,) in order of frequency.
    matrix : (V, D), dense or sparse.

    Returns
    -------
    DataFrame
        Columns word, rank (from 1), neighbor and cosine.
    """
    unit = UnitRows(words, matrix)
    positions = {word: row for row, word in enumerate(words) if unit.lengths[row]}
    known = [word for word in queries if word in positions]
    rows: list[tuple[str, int, str, float]] = []
    for first in range(0, len(known), QUERIES):
        batch = known[first : first + QUERIES]
        cosines = _cosines(unit, [positions[word] for word in batch])
        for word, row in zip(batch, cosines, strict=True):
            row[positions[word]] = -np.inf
            best = np.argsort(-row, kind="stable")[:count]
            there = [index for index in best.tolist() if np.isfinite(row[index])]
            rows += [(word, rank, words[index], float(row[index])) for rank, index in enumerate(there, start=1)]
    return pd.DataFrame(rows, columns=["word", "rank", "neighbor", "cosine"])


def word_angles(words: Sequence[str], matrix: Matrix, shown: Sequence[str]) -> pd.DataFrame:
    """The angle between each shown word and its nearest neighbor, and each other shown word.

    Returns
    -------
    DataFrame
        Columns word, other, cosine and angle (degrees, 0 to 180).
    """
    unit = UnitRows(words, matrix)
    positions = {word: row for row, word in enumerate(words) if unit.lengths[row]}
    nearest = dict(nearest_words(words, matrix, shown, 1)[["word", "neighbor"]].itertuples(index=False))
    pairs = [
        (word, other)
        for word in nearest
        for other in dict.fromkeys([nearest[word], *(other for other in nearest if other != word)])
    ]
    first, second = ([positions[pair[side]] for pair in pairs] for side in (0, 1))
    cosines = np.clip(unit.pair_cosines(first, second), -1, 1) if pairs else np.zeros(0)
    frame = pd.DataFrame(pairs, columns=["word", "other"])
    return frame.assign(cosine=cosines, angle=np.degrees(np.arccos(cosines)))


def _cosines(unit: UnitRows, rows: Sequence[int]) -> np.ndarray:
    """Cosines of rows with all rows, (len(rows), V) float64; -inf for rows of zeros."""
    queries: Any = unit.rows(rows)
    dense = queries if isinstance(queries, np.ndarray) else queries.toarray()
    lengths = np.where(unit.lengths > 0, unit.lengths, np.inf)
    matrix: Any = unit.matrix if sparse.issparse(unit.matrix) else np.asarray(unit.matrix, dtype=np.float64)
    products = np.asarray(matrix @ dense.T).T  # (N, V)
    cosines = np.round(products / lengths, DECIMALS)
    cosines[:, unit.lengths == 0] = -np.inf
    return cosines
