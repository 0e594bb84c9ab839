"""Nearest neighbors and angles, against vectors of the plane whose angles are known."""

import numpy as np
import pytest
from scipy import sparse

from firth.measures.nearest_words import QUERIES, nearest_words, word_angles
from firth.measures.unit_rows import Matrix

WORDS = ["east", "far east", "north-east", "zero", "north", "west"]
VECTORS = np.array([[1.0, 0], [5, 0], [2, 2], [0, 0], [0, 3], [-1, 0]])


@pytest.mark.parametrize("matrix", [VECTORS, sparse.csr_array(VECTORS), VECTORS.astype(np.float32)])
def test_neighbors_fall_by_cosine_and_zero_rows_are_none(matrix: Matrix) -> None:
    found = nearest_words(WORDS, matrix, ["east", "zero", "unknown", "north"], 4)
    assert found["word"].unique().tolist() == ["east", "north"]
    east = found[found["word"] == "east"]
    assert east["neighbor"].tolist() == ["far east", "north-east", "north", "west"]
    assert east["cosine"].tolist() == pytest.approx([1, np.sqrt(0.5), 0, -1])
    assert east["rank"].tolist() == [1, 2, 3, 4]
    north = found[found["word"] == "north"]
    assert north["neighbor"].tolist() == ["north-east", "east", "far east", "west"]  # equals by frequency


def test_queries_beyond_one_batch_have_the_same_neighbors() -> None:
    words = [f"w{number}" for number in range(QUERIES + 7)]
    vectors = np.random.default_rng(0).normal(size=(len(words), 5))
    found = nearest_words(words, vectors, words, 1).set_index("word")["neighbor"]
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = units @ units.T - 2 * np.eye(len(words))
    assert found.to_dict() == {word: words[row.argmax()] for word, row in zip(words, cosines, strict=True)}


def test_one_word_alone_has_no_neighbor_and_no_angle() -> None:
    assert nearest_words(["alone"], np.ones((1, 2)), ["alone"]).empty
    assert word_angles(["alone"], np.ones((1, 2)), ["alone"]).empty


@pytest.mark.parametrize("matrix", [VECTORS, sparse.csr_array(VECTORS)])
def test_angles_are_those_of_the_plane(matrix: Matrix) -> None:
    found = word_angles(WORDS, matrix, ["east", "north", "west"])
    angles = found.set_index(["word", "other"])["angle"].to_dict()
    assert angles == pytest.approx(
        {
            ("east", "far east"): 0,
            ("east", "north"): 90,
            ("east", "west"): 180,
            ("north", "north-east"): 45,
            ("north", "east"): 90,
            ("north", "west"): 90,
            ("west", "north"): 90,
            ("west", "east"): 180,
        }
    )
    assert found["cosine"].tolist() == pytest.approx(np.cos(np.radians(found["angle"])).tolist())
