"""Tables of several representations: one-hot vectors have no neighbors, frequent content words do."""

import numpy as np

from firth.measures.word_tables import FREQUENT, word_tables

WORDS = ["the", "cat", "dog", "rice"]
VECTORS = np.array([[0.0, 1, 1], [1, 0, 0], [1, 0.1, 0], [0, 0, 1]])


def test_every_representation_but_one_hot_has_neighbors_and_angles() -> None:
    spaces = {"one_hot": (WORDS, np.eye(4)), "ppmi": (WORDS, VECTORS), "svd": (WORDS, VECTORS[:, ::-1])}
    found = word_tables(spaces, ["the"])
    neighbors = found["neighbors"]
    assert neighbors["representation"].unique().tolist() == ["ppmi", "svd"]
    assert neighbors["word"].unique().tolist() == ["the", "cat", "dog", "rice"]
    first = neighbors[neighbors["rank"] == 1].set_index(["representation", "word"])["neighbor"]
    assert first["ppmi"].to_dict() == {"the": "rice", "cat": "dog", "dog": "cat", "rice": "the"}
    assert found["angles"][["representation", "word", "other"]].to_numpy().tolist() == [
        ["ppmi", "the", "rice"],
        ["svd", "the", "rice"],
    ]


def test_beside_shown_words_the_most_frequent_content_words_can_be_looked_up() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["the", *(f"q{a}{b}" for a in letters for b in letters)]
    found = word_tables({"svd": (words, np.random.default_rng(0).normal(size=(len(words), 4)))}, ["the"])
    assert found["neighbors"]["word"].unique().tolist() == words[: FREQUENT + 1]


def test_without_words_to_show_there_is_no_table() -> None:
    assert word_tables({"svd": (WORDS, VECTORS)}, []) == {}
