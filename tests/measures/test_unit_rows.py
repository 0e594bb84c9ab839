"""Rows as directions, dense and sparse."""

import numpy as np
import pytest
from scipy import sparse

from firth.errors import FirthError
from firth.measures.unit_rows import UnitRows


def test_a_word_whose_row_is_zero_is_not_covered() -> None:
    assert UnitRows(["a", "b"], np.array([[0.0, 0.0], [1.0, 1.0]])).index == {"b": 1}


def test_of_two_spellings_that_differ_by_case_the_more_frequent_is_used() -> None:
    unit = UnitRows(["Apple", "apple", "pear"], np.array([[1.0, 0], [0, 1], [0, 1]]))
    assert unit.cosines([unit.index["apple"]], [unit.index["pear"]]).item() == 0


def test_counts_whose_squares_pass_32_bits_keep_their_length() -> None:
    counts = sparse.csr_array(np.array([[300_000, 400_000], [0, 7]], dtype=np.int32))
    unit = UnitRows(["the", "of"], counts)
    assert unit.lengths.tolist() == [500_000, 7]
    assert unit.cosines([0], [1]).item() == pytest.approx(0.8)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_cosines_are_those_of_the_formula(form: type) -> None:
    matrix = np.random.default_rng(0).normal(size=(4, 3))
    unit = UnitRows(list("abcd"), form(matrix))
    cosine = matrix[1] @ matrix[3] / np.linalg.norm(matrix[1]) / np.linalg.norm(matrix[3])
    assert unit.cosines([0, 1], [2, 3])[1, 1] == pytest.approx(cosine)
    assert unit.pair_cosines([2, 1], [2, 3]) == pytest.approx([1, cosine])
    assert unit.cosines([], [2]).shape == (0, 1)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_vectors_that_are_no_numbers_are_refused_in_one_line(form: type, value: float) -> None:
    with pytest.raises(FirthError, match="1 of 2 hold NaN or infinity; train them again"):
        UnitRows(["a", "b"], form(np.array([[1.0, 0], [value, 1]])))
