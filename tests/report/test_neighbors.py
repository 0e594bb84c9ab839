"""The example of counting, against a matrix small enough to count by hand."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from scipy.sparse import csr_array

from firth.report.neighbors import content_words, cooccurrence_example, nearest_words, words_to_show

TOKENS = ["<unk>", "<eos>", "the", "cat", "dog", "sleeps"]
COUNTS = csr_array(
    np.array(
        [
            [0, 0, 9, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
            [9, 0, 2, 4, 3, 0],
            [0, 0, 4, 0, 0, 4],
            [0, 0, 3, 0, 0, 1],
            [0, 0, 0, 4, 1, 0],
        ],
        dtype=np.int32,
    )
)
PPMI = csr_array(COUNTS.toarray() * np.array([0, 0, 0.25, 1.0, 1.0, 1.5]))


def test_rows_columns_and_order_equal_the_matrix() -> None:
    example = cooccurrence_example(COUNTS, PPMI, TOKENS, ["cat", "dog"])
    assert example.columns == ["sleeps", "the"]
    assert example.counts == [[4, 4], [1, 3]]
    assert example.ppmi == [[6.0, 1.0], [1.5, 0.75]]
    assert example.frequent == {"cat": [("sleeps", 4), ("the", 4)], "dog": [("the", 3), ("sleeps", 1)]}
    assert example.telling == {"cat": [("sleeps", 6.0), ("the", 1.0)], "dog": [("sleeps", 1.5), ("the", 0.75)]}


def test_corpus_without_a_word_to_show_gives_an_empty_example() -> None:
    example = cooccurrence_example(COUNTS, PPMI, TOKENS, [])
    assert (example.words, example.columns, example.counts, example.ppmi) == ([], [], [], [])


def test_unknown_words_are_no_neighbors() -> None:
    example = cooccurrence_example(COUNTS, PPMI, TOKENS, ["the"])
    assert example.frequent["the"] == [("cat", 4), ("dog", 3), ("the", 2)]


def test_nearest_words_are_ranked_by_cosine_without_marks() -> None:
    keyed = KeyedVectors(2)
    keyed.add_vectors(
        ["<unk>", "cat", "dog", "sleeps"], np.array([[1, 0], [1, 0], [0.8, 0.6], [0, 1]], dtype=np.float32)
    )
    assert nearest_words(keyed, "cat") == [("dog", pytest.approx(0.8)), ("sleeps", pytest.approx(0))]


def test_words_of_the_corpus_stand_in_for_missing_ones() -> None:
    tokens = ["<unk>", "<eos>", ".", "the", "with", "market", "stock", "dog", "apple"]
    assert words_to_show(["Dog", "zebra", "apple", "yak"], tokens) == (
        ["dog", "apple", "market", "stock"],
        ["zebra", "yak"],
    )
    assert words_to_show(["dog"], tokens) == (["dog"], [])


def test_function_words_numbers_and_marks_carry_no_content() -> None:
    assert content_words(["<unk>", "the", "Cat", "n't", "1990", "of", "ox", "élève", "which"]) == ["Cat", "élève"]
