"""Spearman's correlation with human judgments, and its interval."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.stats import spearmanr

from firth.measures.similarity import pair_score, spearman
from firth.measures.unit_rows import UnitRows

# Cosines with "a": b 1, c cos 45°, d 0, e −1.
WORDS = ["a", "b", "c", "d", "e"]
VECTORS = np.array([[1.0, 0], [3, 0], [1, 1], [0, 2], [-1, 0]])


def gold(folder: Path, *pairs: str) -> Path:
    path = folder / "gold.tsv"
    path.write_text("word1\tword2\tscore\n" + "".join(f"{pair}\n".replace(" ", "\t") for pair in pairs))
    return path


def fan(folder: Path, judgments: np.ndarray) -> tuple[UnitRows, Path]:
    """Words at ever larger angles from the word "o", each judged against it."""
    angles = np.linspace(0, 3, len(judgments) + 1)
    words = ["o", *(f"w{number}" for number in range(len(judgments)))]
    path = gold(folder, *(f"o {word} {judgment}" for word, judgment in zip(words[1:], judgments, strict=True)))
    return UnitRows(words, np.stack([np.cos(angles), np.sin(angles)], axis=1)), path


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_spearman_is_that_of_hand_ranked_pairs(tmp_path: Path, form: type) -> None:
    path = gold(tmp_path, "A b 9", "a c 5", "a d 7", "a e 1", "a zebra 10")
    row = pair_score(UnitRows(WORDS, form(VECTORS)), path)
    # Gold ranks 4 2 3 1, cosine ranks 4 3 2 1: d² = 0 1 1 0, ρ = 1 − 6 · 2 / (4 · 15).
    assert (row.measure, row.score, row.items, row.covered) == ("gold_spearman", pytest.approx(0.8), 5, 4)


def test_ties_have_their_mean_rank() -> None:
    first, second = np.array([1.0, 2, 2, 3, 5]), np.array([2.0, 2, 7, 1, 7])
    # Ranks 1 2.5 2.5 4 5 and 2.5 2.5 4.5 1 4.5; from the mean −2 −.5 −.5 1 2 and −.5 −.5 1.5 −2 1.5.
    assert spearman(first, second) == pytest.approx((1 + 0.25 - 0.75 - 2 + 3) / (9.5 * 9) ** 0.5)


def test_interval_is_that_of_many_resamples_one_by_one(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    judgments = np.round(-np.arange(120) + random.normal(scale=60, size=120))
    row = pair_score(*fan(tmp_path, judgments))
    draws = random.integers(0, 120, (3000, 120))
    found = [spearmanr(-draw, judgments[draw]).statistic for draw in draws]  # the first is the nearest
    assert row.score == pytest.approx(spearmanr(-np.arange(120), judgments).statistic)
    assert [row.low, row.high] == pytest.approx(np.percentile(found, [2.5, 97.5]), abs=0.03)


def test_interval_is_the_same_every_time_and_closes_on_a_perfect_order(tmp_path: Path) -> None:
    unit, path = fan(tmp_path, -np.arange(30.0))
    row = pair_score(unit, path)
    assert (row.low, row.high) == (pytest.approx(1), pytest.approx(1))
    unit, path = fan(tmp_path, np.random.default_rng(0).normal(size=30))
    assert pair_score(unit, path) == pair_score(unit, path)


def test_few_pairs_have_a_correlation_but_no_interval(tmp_path: Path) -> None:
    row = pair_score(UnitRows(WORDS, VECTORS), gold(tmp_path, "a b 3", "a c 2", "a d 1"))
    assert row.score == pytest.approx(1.0)
    assert (row.low, row.high) == (None, None)
    assert "no interval" in row.reason


@pytest.mark.parametrize("pairs", [["x y 1"], ["x y 1", "a y 2", "a b 3"], []])
def test_pairs_that_are_not_covered_give_no_number_but_a_reason(tmp_path: Path, pairs: list[str]) -> None:
    row = pair_score(UnitRows(WORDS, VECTORS), gold(tmp_path, *pairs))
    assert (row.score, row.low, row.items) == (None, None, len(pairs))
    assert row.covered == sum(pair == "a b 3" for pair in pairs)
    assert "fewer than 3" in row.reason


def test_cosines_that_differ_by_rounding_alone_are_alike(tmp_path: Path) -> None:
    direction, lengths = np.array([0.1, 0.7, 0.3]), np.array([1, 1 / 3, 7.7, 0.013, 5e5])
    unit = UnitRows(WORDS, lengths[:, None] * direction)
    assert len(set(unit.pair_cosines([0, 0, 0, 0], [1, 2, 3, 4]).tolist())) > 1
    row = pair_score(unit, gold(tmp_path, "a b 1", "a c 2", "a d 3", "a e 4"))
    assert (row.score, row.reason) == (None, "all pairs are equally similar")


def test_judgments_that_are_all_alike_give_no_number(tmp_path: Path) -> None:
    row = pair_score(UnitRows(WORDS, VECTORS), gold(tmp_path, "a b 1", "a c 1", "a d 1"))
    assert (row.score, row.reason) == (None, "all pairs are equally similar")
