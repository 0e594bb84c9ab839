"""All scores of one space as a table, and as metrics without NaN."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from firth.errors import FirthError
from firth.measures.vector_scores import TYPES, main_scores, similarity_scores
from firth.tables import read_table, write_metrics, write_table

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
    analogies = dense["measure"].str.startswith("analogies")
    assert dense[analogies]["covered"].tolist() == [1, 1, 1, 1]
    pd.testing.assert_frame_equal(dense[~analogies], rows)
    assert rows["measure"].tolist() == ["nearest_neighbor_accuracy", "neighbor_purity", "rg65_spearman"]
    assert rows[["items", "covered"]].to_numpy().tolist() == [[4, 4], [4, 4], [3, 3]]
    # a and b have each other, e is nearest to d, and d as near to e as to a and b.
    assert rows["score"].tolist()[0] == pytest.approx((1 + 1 + 1 + 1 / 3) / 4)
    assert rows["score"].tolist()[2] == pytest.approx(1.0)
    assert main_scores(rows) == dict(zip(rows["measure"], rows["score"], strict=True))


def test_gold_sets_of_ones_own_have_their_names(raw: Path) -> None:
    (raw / "gold" / "mine.tsv").write_text("word1\tword2\tscore\na\tb\t3\na\tc\t2\na\td\t1\n")
    (raw / "gold" / "fours.txt").write_text("a b c d\n")
    found = similarity_scores(WORDS, VECTORS, raw, ["mine", "fours"])["measure"].tolist()
    tasks = [f"analogies_fours_{task}_{by}" for task in ("restricted", "unrestricted") for by in ("add", "multiply")]
    assert found[2:] == ["mine_spearman", *tasks]


def test_the_table_is_read_back_as_it_was_written(raw: Path, tmp_path: Path) -> None:
    table = similarity_scores(WORDS, np.eye(5), raw, GOLD_SETS)
    assert table["score"].isna().any()
    assert table["reason"].str.len().any()
    write_table(tmp_path / "scores.csv", table)
    pd.testing.assert_frame_equal(read_table(tmp_path / "scores.csv", TYPES, "x"), table)


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
    write_metrics(tmp_path / "metrics.json", main_scores(scores))  # refuses NaN
    assert json.loads((tmp_path / "metrics.json").read_text())["rg65_spearman"] is None
    (row,) = scores[scores["measure"] == "rg65_spearman"].to_dict("records")
    assert np.isnan([row["score"], row["low"], row["high"]]).all()
    assert row["reason"]


def test_a_damaged_file_is_named_with_its_line(raw: Path) -> None:
    (raw / "gold" / "rg65.tsv").write_text("word1\tword2\tscore\na\tb\t1\na\tb\n")
    with pytest.raises(FirthError, match=r"rg65\.tsv: line 3 does not hold 3 columns"):
        similarity_scores(WORDS, VECTORS, raw, ["rg65"])
    (raw / "gold" / "google-analogies.txt").write_text(": all\na b c\n")
    with pytest.raises(FirthError, match=r"google-analogies\.txt: line 2 is not four words"):
        similarity_scores(WORDS, VECTORS, raw, ["google-analogies"])
    with pytest.raises(FirthError, match="dvc repro download@embeddings"):
        similarity_scores(WORDS, VECTORS, raw, ["men"])
