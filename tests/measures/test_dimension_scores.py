"""Scores of the first dimensions, against vectors whose second dimension alone tells the classes apart."""

from pathlib import Path

import numpy as np
import pytest

from firth.measures.dimension_scores import dimension_scores

WORDS = ["cat", "rice", "dog", "soup"]
VECTORS = np.array([[1.0, 5, 0], [1, -5, 0], [1, 5, 0], [1, -5, 0]])


def test_scores_are_those_of_the_cut_vectors(tmp_path: Path) -> None:
    classes = "".join(f"{w}\t{w}\t{c}\n" for w, c in zip(WORDS, ("pet", "food", "pet", "food"), strict=True))
    (tmp_path / "classes.tsv").write_text("form\tlemma\tclass\n" + classes)
    found = dimension_scores(WORDS, VECTORS, tmp_path, ["rg65"])
    assert found["dimension"].tolist() == [1, 2, 3]
    assert found["measure"].unique().tolist() == ["nearest_neighbor_accuracy"]
    assert found["score"].tolist() == pytest.approx([1 / 3, 1, 1])  # all neighbors are tied in one dimension


def test_without_classes_the_first_gold_set_of_similarities_is_scored(tmp_path: Path) -> None:
    (tmp_path / "gold").mkdir()
    pairs = "cat\tdog\t4\nrice\tsoup\t3\ncat\trice\t1\ndog\tsoup\t0\n"
    (tmp_path / "gold" / "men.tsv").write_text("word1\tword2\tscore\n" + pairs)
    (tmp_path / "gold" / "rg65.tsv").write_text("word1\tword2\tscore\n" + pairs)
    (tmp_path / "gold" / "google-analogies.txt").write_text(": all\ncat dog rice soup\n")
    found = dimension_scores(WORDS, VECTORS, tmp_path, ["google-analogies", "rg65", "men"])
    assert found["measure"].unique().tolist() == ["rg65_spearman"]
    assert np.isnan(found["score"].iloc[0]) and found["score"].iloc[1] == pytest.approx(0.894427)


def test_without_any_gold_set_there_is_no_row(tmp_path: Path) -> None:
    assert dimension_scores(WORDS, VECTORS, tmp_path, []).empty
