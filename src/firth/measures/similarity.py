"""Correlation of cosines with human judgments of word similarity."""

import warnings
from pathlib import Path

import numpy as np
from scipy.stats import DegenerateDataWarning, bootstrap, rankdata

from firth.measures.score_row import ScoreRow
from firth.measures.unit_rows import UnitRows
from firth.tables import read_table
from firth.training.reproducibility import generator

FEWEST_PAIRS = 3
DECIMALS = 12  # of a cosine: smaller differences are rounding errors, and count as ties
RESAMPLES = 1000
CONFIDENCE = 0.95


def pair_score(unit: UnitRows, path: Path) -> ScoreRow:
    """Spearman's rank correlation of cosines with judgments, over the pairs whose words both have vectors.

    The interval is the 95 % bootstrap percentile interval over 1000 resamples of the covered pairs (Efron 1979). The
    resamples depend on the gold set alone, so that the intervals of two spaces that cover the same pairs can be
    compared.

    Raises
    ------
    FirthError
        If the file doesn't exist or is damaged.
    """
    table = read_table(path, {"word1": str, "word2": str, "score": float}, "download@embeddings")
    gold = [(first.lower(), second.lower(), score) for first, second, score in table.itertuples(index=False)]
    covered = [(unit.index[a], unit.index[b], score) for a, b, score in gold if a in unit.index and b in unit.index]
    measure = f"{path.stem.replace('-', '_')}_spearman"
    if len(covered) < FEWEST_PAIRS:
        reason = f"fewer than {FEWEST_PAIRS} pairs have vectors for both words"
        return ScoreRow(measure, None, len(gold), len(covered), reason=reason)
    first, second, judgments = (list(column) for column in zip(*covered, strict=True))
    cosines = np.round(unit.pair_cosines(first, second), DECIMALS)
    if np.ptp(cosines) == 0 or np.ptp(judgments) == 0:
        return ScoreRow(measure, None, len(gold), len(covered), reason="all pairs are equally similar")
    correlation = float(spearman(cosines, np.array(judgments)))
    low, high = _interval(cosines, np.array(judgments), path.stem)
    reason = "no interval: in some resample all pairs are equally similar" if low is None else ""
    return ScoreRow(measure, correlation, len(gold), len(covered), low, high, reason)


def spearman(first: np.ndarray, second: np.ndarray, axis: int = -1) -> np.ndarray:
    """Spearman's rank correlation along an axis, with mean ranks for ties; NaN where one side is constant."""
    ranks = [rankdata(values, axis=axis) for values in (first, second)]
    x, y = (rank - rank.mean(axis=axis, keepdims=True) for rank in ranks)
    with np.errstate(invalid="ignore"):
        return np.asarray((x * y).sum(axis=axis) / np.sqrt((x * x).sum(axis=axis) * (y * y).sum(axis=axis)))


def _interval(first: np.ndarray, second: np.ndarray, gold_set: str) -> tuple[float, float] | tuple[None, None]:
    """Ends of the bootstrap interval; None if some resample has no correlation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DegenerateDataWarning)  # None is returned instead
        interval = bootstrap(
            (first, second),
            spearman,
            paired=True,
            n_resamples=RESAMPLES,
            batch=100,
            confidence_level=CONFIDENCE,
            method="percentile",
            rng=generator(0, "bootstrap", gold_set),
        ).confidence_interval
    if not np.isfinite(interval).all():
        return None, None
    return float(interval.low), float(interval.high)
