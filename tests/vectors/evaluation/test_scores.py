"""All scores together: what is scored, and that nothing that is no number gets into a metrics file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from firth.errors import FirthError
from firth.report.metrics import write_metrics
from firth.vectors.evaluation.scores import similarity_scores

WORDS = ["a", "b", "c", "d", "e"]
VECTORS = np.array([[1.0, 0], [3, 0], [1, 1], [0, 2], [-1, 0]])
GOLD_SETS = ["rg65", "google-analogies"]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "gold").mkdir()
    (tmp_path / "classes.tsv").write_text("form\tlemma\tclass\na\ta\tx\nb\tb\tx\nd\td\ty\ne\te\ty\n")
    (tmp_path / "gold" / "rg65.tsv").write_text("word1\tword2\tscore\na\tb\t3\na\tc\t2\na\td\t1\n")
    (tmp_path / "gold" / "google-analogies.txt").write_text(": all\na b c d\n")
    return tmp_path


def test_sparse_rows_are_scored_on_everything_but_analogies(raw: Path) -> None:
    dense = similarity_scores(WORDS, VECTORS, raw, GOLD_SETS)
    rows = similarity_scores(WORDS, sparse.csr_array(VECTORS), raw, GOLD_SETS)
    assert dense.pop("google-analogies")["restricted"]["covered"] == 1
    assert dense == rows
    assert dense["rg65"]["spearman"] == pytest.approx(1.0)
    # a and b have each other, e is nearest to d, and d as near to e as to a and b.
    assert dense["class_recovery"] == pytest.approx((1 + 1 + 1 + 1 / 3) / 4)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize(
    ("words", "matrix"),
    [
        (["a"], np.ones((1, 3))),
        (["a", "b"], np.zeros((2, 3))),
        (["x", "y", "z"], np.eye(3)),
        (WORDS, np.ones((5, 1))),
        (WORDS, np.full((5, 3), 1e-30)),
        (WORDS, np.eye(5)),
    ],
    ids=["one word", "all zero", "nothing covered", "one dimension", "all alike", "all orthogonal"],
)
def test_what_cannot_be_scored_is_null_with_a_reason(
    raw: Path, tmp_path: Path, form: Any, words: list[str], matrix: np.ndarray
) -> None:
    scores = similarity_scores(words, form(matrix), raw, GOLD_SETS)
    write_metrics(tmp_path / "metrics.json", scores)  # refuses NaN
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert (written["rg65"]["spearman"], written["rg65"]["spearman_low"]) == (None, None)
    assert written["rg65"]["reason"]


def test_a_damaged_file_is_named_with_its_line(raw: Path) -> None:
    (raw / "gold" / "rg65.tsv").write_text("word1\tword2\tscore\na\tb\t1\na\tb\n")
    with pytest.raises(FirthError, match=r"rg65\.tsv: line 3 is not word1 word2 score"):
        similarity_scores(WORDS, VECTORS, raw, ["rg65"])
    (raw / "gold" / "google-analogies.txt").write_text(": all\na b c\n")
    with pytest.raises(FirthError, match=r"google-analogies\.txt: line 2 is not four words"):
        similarity_scores(WORDS, VECTORS, raw, ["google-analogies"])
    with pytest.raises(FirthError, match="dvc repro download@embeddings"):
        similarity_scores(WORDS, VECTORS, raw, ["men"])
