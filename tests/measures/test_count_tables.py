"""Tables of counts, against a matrix and a text small enough to count by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from firth.measures.count_tables import (
    LISTED,
    concordance,
    cooccurrence_example,
    count_density,
    count_representations,
    count_tables,
    spectrum,
)
from firth.params.svd_params import SvdParams
from firth.text.streams import from_sentences

TOKENS = ["<unk>", "<eos>", "the", "cat", "dog", "sleeps"]
CELLS = np.array(
    [
        [0, 0, 9, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [9, 0, 2, 4, 3, 0],
        [0, 0, 4, 0, 0, 4],
        [0, 0, 3, 0, 0, 1],
        [0, 0, 0, 4, 1, 0],
    ],
    dtype=np.float32,
)
COUNTS = csr_array(CELLS)
PPMI = csr_array(CELLS * np.array([0, 0, 0.25, 1.0, 1.0, 1.5], dtype=np.float32))
PARAMS = SvdParams(dimension=2, smoothing=1.0, shift=1.0, eigenvalue_weight=0.5, add_context_vectors=False)


def test_a_pair_of_words_has_its_cells_of_both_matrices_and_zeros_stand_too() -> None:
    example = cooccurrence_example(COUNTS, PPMI, TOKENS, ["cat", "the"])
    cells = example.set_index(["word", "neighbor"])
    assert cells.index.tolist() == [
        (word, neighbor) for word in ("cat", "the") for neighbor in ("the", "sleeps", "cat", "dog")
    ]
    assert cells.loc[("cat", "sleeps")].tolist() == [4, 6]
    assert cells.loc[("the", "the")].tolist() == [2, 0.5]
    assert cells.loc[("cat", "dog")].tolist() == [0, 0]


def test_of_many_neighbors_the_largest_of_either_kind_stand_in_the_table() -> None:
    size = 3 * LISTED
    counts, ppmi = np.zeros((2, size, size), dtype=np.float32)
    counts[2, 3:] = np.arange(1, size - 2)
    ppmi[2, 3:] = np.arange(1, size - 2)[::-1]
    tokens = [f"w{number}" for number in range(size)]
    found = cooccurrence_example(csr_array(counts), csr_array(ppmi), tokens, ["w2"])["neighbor"]
    assert set(found) == {f"w{number}" for number in (*range(3, 3 + LISTED), *range(size - LISTED, size))}


def test_lines_of_text_keep_to_the_sentence_and_to_the_window() -> None:
    text = from_sentences([[2, 3, 5], [4, 4], [], [2, 4, 5, 2, 3, 2, 4, 0], [3]])
    found = concordance(text, TOKENS, ["cat", "dog"], 2)
    assert found.to_numpy().tolist() == [
        ["cat", 1, "the", "sleeps"],
        ["cat", 2, "sleeps the", "the dog"],
        ["cat", 3, "", ""],
        ["dog", 1, "", "dog"],  # one place a sentence
        ["dog", 2, "the", "sleeps the"],
    ]


def test_density_of_the_first_words_equals_that_of_the_corner_without_marks() -> None:
    cells = np.random.default_rng(0).random((25, 25)) < 0.3
    cells[[0, 1]], cells[:, [0, 1]] = True, True
    found = count_density(csr_array(cells.astype(np.float32)))
    assert found["words"].tolist() == [10, 20, 23]
    for row in found.itertuples():
        corner = cells[2 : 2 + row.words, 2 : 2 + row.words]
        assert (row.cells, row.nonzeros) == (corner.size, corner.sum())
        assert row.density == pytest.approx(corner.mean())
    assert count_density(csr_array(np.zeros((2, 2), dtype=np.float32))).empty


def test_singular_values_are_those_of_the_dense_matrix() -> None:
    found = spectrum(PPMI, PARAMS, 1)
    assert found["dimension"].tolist() == [1, 2]
    expected = np.linalg.svd(PPMI.toarray(), compute_uv=False)[:2]
    assert found["singular_value"].tolist() == pytest.approx(expected.tolist(), rel=1e-5)


def test_a_matrix_without_such_an_svd_has_no_singular_values() -> None:
    assert spectrum(PPMI, PARAMS.model_copy(update={"dimension": 6}), 1).empty
    assert spectrum(csr_array(np.zeros((6, 6), dtype=np.float32)), PARAMS, 1).empty


def test_without_words_to_show_there_are_no_tables_of_words() -> None:
    text = from_sentences([[2, 3]])
    shown, none = (count_tables(COUNTS, PPMI, TOKENS, words, text, 2, PARAMS, 1) for words in (["cat"], []))
    assert set(shown) - set(none) == {"cooccurrence_example", "concordance"}
    pd.testing.assert_frame_equal(shown["spectrum"], none["spectrum"])


def test_representations_leave_out_the_rows_of_marks() -> None:
    found = count_representations(COUNTS, PPMI, TOKENS)
    assert [words for words, _ in found.values()] == [TOKENS[2:]] * 3
    assert found["one_hot"][1].toarray().tolist() == np.eye(6)[2:].tolist()
    assert found["raw_counts"][1].toarray().tolist() == CELLS[2:].tolist()
