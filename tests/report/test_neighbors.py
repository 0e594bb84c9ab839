"""The example of counting, against a matrix small enough to count by hand."""

import numpy as np
from scipy.sparse import csr_array

from firth.report.neighbors import content_words, cooccurrence_example, words_to_show

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


def test_corpus_without_a_word_to_show_still_has_a_size() -> None:
    example = cooccurrence_example(COUNTS, PPMI, TOKENS, [])
    assert (example.words, example.columns, example.counts, example.nonzeros) == ([], [], [], 11)


def test_unknown_words_are_no_neighbors() -> None:
    example = cooccurrence_example(COUNTS, PPMI, TOKENS, ["the"])
    assert example.frequent["the"] == [("cat", 4), ("dog", 3), ("the", 2)]


def test_size_counts_every_cell_and_the_bytes_of_both_forms() -> None:
    example = cooccurrence_example(COUNTS, PPMI, TOKENS, ["cat"])
    assert (example.cells, example.nonzeros) == (36, 11)
    assert example.dense_bytes == 36 * 4
    assert example.sparse_bytes == 11 * 4 + (11 + 7) * COUNTS.indices.itemsize


def test_words_of_the_corpus_stand_in_for_missing_ones() -> None:
    tokens = ["<unk>", "<eos>", ".", "the", "with", "market", "stock", "dog", "apple"]
    assert words_to_show(["Dog", "zebra", "apple", "yak"], tokens) == (
        ["dog", "apple", "market", "stock"],
        ["zebra", "yak"],
    )
    assert words_to_show(["dog"], tokens) == (["dog"], [])


def test_function_words_numbers_and_marks_carry_no_content() -> None:
    assert content_words(["<unk>", "the", "Cat", "n't", "1990", "of", "ox", "élève", "which"]) == ["Cat", "élève"]
