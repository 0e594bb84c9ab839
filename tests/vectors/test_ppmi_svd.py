import math

import numpy as np
import pytest
from scipy import sparse

from firth.errors import FirthError
from firth.params.svd import SvdParams
from firth.vectors.ppmi_svd import factorize, ppmi

COUNTS = sparse.csr_array(np.array([[0, 4, 1], [4, 2, 0], [1, 0, 0]]))


def settings(dimension: int = 2, smoothing: float = 1.0, shift: float = 1.0, weight: float = 0.5) -> SvdParams:
    return SvdParams(dimension=dimension, smoothing=smoothing, shift=shift, eigenvalue_weight=weight)


def test_ppmi_of_a_3x3_matrix_is_that_worked_out_by_hand() -> None:
    # Row and column sums 5, 6, 1; total 12.  PMI = log(n · 12 / (row · column)).
    expected = [
        [0, math.log(4 * 12 / 30), math.log(1 * 12 / 5)],
        [math.log(4 * 12 / 30), 0, 0],  # log(2 · 12 / 36) < 0
        [math.log(1 * 12 / 5), 0, 0],
    ]
    np.testing.assert_allclose(ppmi(COUNTS, settings()).toarray(), expected, rtol=1e-12)


def test_smoothing_and_shift_change_ppmi_as_worked_out_by_hand() -> None:
    total = 5**0.75 + 6**0.75 + 1
    value = math.log((4 / 5) / (6**0.75 / total)) - math.log(1.5)  # word 0, context 1
    rare = math.log((1 / 5) / (1 / total)) - math.log(1.5)  # word 0, context 2
    result = ppmi(COUNTS, settings(smoothing=0.75, shift=1.5)).toarray()
    np.testing.assert_allclose(result[0], [0, max(value, 0), rare], rtol=1e-12)
    assert result[0, 2] < ppmi(COUNTS, settings(shift=1.5)).toarray()[0, 2]  # smoothing takes from rare contexts


def test_factors_equal_the_exact_decomposition_with_the_largest_entry_positive() -> None:
    dense = np.random.default_rng(3).random((30, 30)) * (np.random.default_rng(4).random((30, 30)) < 0.4)
    left, spectrum, _ = np.linalg.svd(dense)
    result = factorize(sparse.csr_array(dense), settings(dimension=6, weight=0.5))
    np.testing.assert_allclose(result.spectrum, spectrum[:6], rtol=1e-10)
    np.testing.assert_allclose(np.abs(result.vectors), np.abs(left[:, :6]) * spectrum[:6] ** 0.5, atol=1e-5)
    peaks = result.vectors[np.abs(result.vectors).argmax(axis=0), range(6)]
    assert (peaks > 0).all()
    assert result.explained_variance == pytest.approx((spectrum[:6] ** 2).sum() / (spectrum**2).sum())


def test_repeated_singular_values_give_the_same_bytes_every_time() -> None:
    blocks = np.kron(np.eye(5), np.ones((6, 6)) - np.eye(6))  # five topics of the same shape
    first, second = (factorize(sparse.csr_array(blocks), settings(dimension=5)) for _ in range(2))
    assert first.vectors.tobytes() == second.vectors.tobytes()
    np.testing.assert_allclose(first.spectrum, [5.0] * 5)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_gram_matrix_of_the_vectors_holds_singular_values_to_twice_the_weight(weight: float) -> None:
    dense = np.random.default_rng(5).random((20, 20))
    vectors = factorize(sparse.csr_array(dense), settings(dimension=4, weight=weight)).vectors.astype(np.float64)
    expected = np.diag(np.linalg.svd(dense)[1][:4] ** (2 * weight))
    np.testing.assert_allclose(vectors.T @ vectors, expected, atol=1e-4)


def test_a_dimension_as_large_as_the_vocabulary_is_refused_with_the_largest_allowed() -> None:
    with pytest.raises(FirthError, match=r"svd.dimension = 3: .* 3 entries; use at most 2"):
        factorize(COUNTS.astype(float), settings(dimension=3))


def test_a_dimension_above_the_rank_is_refused_with_the_rank() -> None:
    first, second = np.random.default_rng(6).random((2, 12))
    matrix = sparse.csr_array(np.outer(first, second) + np.outer(second**2, first))
    assert len(factorize(matrix, settings(dimension=2)).spectrum) == 2
    with pytest.raises(FirthError, match=r"svd.dimension = 5: .* rank 2; use at most 2"):
        factorize(matrix, settings(dimension=5))


def test_counts_without_any_association_are_refused() -> None:
    with pytest.raises(FirthError, match="by chance"):
        factorize(ppmi(sparse.csr_array(np.zeros((4, 4), dtype=np.int32)), settings()), settings())
    with pytest.raises(FirthError, match="by chance"):
        factorize(ppmi(COUNTS, settings(shift=100.0)), settings())
