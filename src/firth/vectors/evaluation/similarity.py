"""Human judgments of how similar two words are, against cosines."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import DegenerateDataWarning, bootstrap, rankdata

from firth.training.reproducibility import generator
from firth.vectors.evaluation.gold import read_table
from firth.vectors.evaluation.unit_rows import UnitRows

FEWEST_PAIRS = 3
DECIMALS = 12  # of a cosine; what is closer differs by rounding alone, and ties
RESAMPLES = 1000
CONFIDENCE = 0.95


def pair_scores(unit: UnitRows, path: Path) -> dict[str, Any]:
    """Spearman's rank correlation of cosines with judgments, over the pairs whose words both have vectors.

    Beside it the ends of its 95 % interval: percentiles over 1000 resamples of the covered pairs (Efron 1979). The
    resamples are those of the gold set, whatever the vectors, so that the intervals of two spaces that cover the same
    pairs differ by the spaces alone.
    """
    table = read_table(path, ("word1", "word2", "score"))
    gold = [(first.lower(), second.lower(), float(score)) for first, second, score in table]
    covered = [(unit.index[a], unit.index[b], score) for a, b, score in gold if a in unit.index and b in unit.index]
    coverage = {"pairs": len(gold), "covered": len(covered)}
    if len(covered) < FEWEST_PAIRS:
        return _unknown(coverage, f"fewer than {FEWEST_PAIRS} pairs have vectors for both words")
    first, second, judgments = (list(column) for column in zip(*covered, strict=True))
    cosines = np.round(unit.pair_cosines(first, second), DECIMALS)
    if np.ptp(cosines) == 0 or np.ptp(judgments) == 0:
        return _unknown(coverage, "all pairs are equally similar")
    correlation = float(spearman(cosines, np.array(judgments)))
    low, high = _interval(cosines, np.array(judgments), path.stem)
    scores = {"spearman": correlation, "spearman_low": low, "spearman_high": high, **coverage}
    return scores if low is not None else {**scores, "reason": "no interval: a resample may have all pairs alike"}


def spearman(first: np.ndarray, second: np.ndarray, axis: int = -1) -> np.ndarray:
    """Spearman's rank correlation along an axis, ties given their mean rank; NaN where one side is constant."""
    ranks = [rankdata(values, axis=axis) for values in (first, second)]
    x, y = (rank - rank.mean(axis=axis, keepdims=True) for rank in ranks)
    with np.errstate(invalid="ignore"):
        return np.asarray((x * y).sum(axis=axis) / np.sqrt((x * x).sum(axis=axis) * (y * y).sum(axis=axis)))


def _interval(first: np.ndarray, second: np.ndarray, gold_set: str) -> tuple[float, float] | tuple[None, None]:
    """The interval's ends, or None where a resample has no correlation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DegenerateDataWarning)  # that is what None says
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


def _unknown(coverage: dict[str, int], reason: str) -> dict[str, Any]:
    return {"spearman": None, "spearman_low": None, "spearman_high": None, **coverage, "reason": reason}
