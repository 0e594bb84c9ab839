import math

import numpy as np
import pytest
from scipy import sparse

from firth.errors import FirthError
from firth.params.svd_params import SvdParams
from firth.vectors import ppmi_svd
from firth.vectors.ppmi_svd import factorize, gram_product, ppmi

COUNTS = sparse.csr_array(np.array([[0, 4, 1], [4, 2, 0], [1, 0, 0]]))


def settings(
    dimension: int = 2, smoothing: float = 1.0, shift: float = 1.0, weight: float = 0.5, contexts: bool = False
) -> SvdParams:
    return SvdParams(
        dimension=dimension, smoothing=smoothing, shift=shift, eigenvalue_weight=weight, add_context_vectors=contexts
    )


def random_counts(size: int) -> np.ndarray:
    """A symmetric matrix of counts, most of them 0, some rows empty."""
    random = np.random.default_rng(size)
    upper = np.triu(random.poisson(np.outer(*[0.9 / np.arange(1, size + 1) ** 0.5] * 2) * 3))
    upper[[0, size // 2]] = upper[:, [0, size // 2]] = 0
    return upper + np.triu(upper, 1).T


def test_ppmi_of_a_3x3_matrix_is_that_worked_out_by_hand() -> None:
    # Row and column sums 5, 6, 1; total 12.  PMI = log(n · 12 / (row · column)).
    expected = [
        [0, math.log(4 * 12 / 30), math.log(1 * 12 / 5)],
        [math.log(4 * 12 / 30), 0, 0],  # log(2 · 12 / 36) < 0
        [math.log(1 * 12 / 5), 0, 0],
    ]
    np.testing.assert_allclose(ppmi(COUNTS, settings()).toarray(), expected, rtol=1e-7)


def test_smoothing_and_shift_change_ppmi_as_worked_out_by_hand() -> None:
    total = 5**0.75 + 6**0.75 + 1
    value = math.log((4 / 5) / (6**0.75 / total)) - math.log(1.5)  # word 0, context 1
    rare = math.log((1 / 5) / (1 / total)) - math.log(1.5)  # word 0, context 2
    result = ppmi(COUNTS, settings(smoothing=0.75, shift=1.5)).toarray()
    np.testing.assert_allclose(result[0], [0, max(value, 0), rare], rtol=1e-7)
    assert result[0, 2] < ppmi(COUNTS, settings(shift=1.5)).toarray()[0, 2]  # smoothing takes from rare contexts


@pytest.mark.parametrize("cells", [1, 50, 2**20])
def test_ppmi_of_a_larger_matrix_is_the_formula_s_however_it_is_cut(
    cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ppmi_svd, "CELLS_PER_PIECE", cells)
    counts = random_counts(60)
    smoothed = counts.sum(axis=0) ** 0.75 / (counts.sum(axis=0) ** 0.75).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(counts / (counts.sum(axis=1)[:, None] * smoothed[None, :])) - np.log(1.25)
    expected = np.where(counts > 0, np.maximum(information, 0), 0)
    result = ppmi(sparse.csr_array(counts.astype(np.float32)), settings(smoothing=0.75, shift=1.25))
    np.testing.assert_allclose(result.toarray(), expected, rtol=1e-6, atol=1e-7)
    assert result.dtype == np.float32
    assert (result.data > 0).all()


def test_ppmi_vectors_have_the_exact_spectrum_of_their_matrix() -> None:
    matrix = ppmi(sparse.csr_array(random_counts(120)), settings(smoothing=0.75))
    left, spectrum, right = np.linalg.svd(matrix.toarray().astype(np.float64))
    result = factorize(matrix, settings(dimension=20, weight=1))
    np.testing.assert_allclose(result.spectrum, spectrum[:20], rtol=1e-10)
    reduced = (left[:, :20] * spectrum[:20]) @ right[:20]
    cosines = result.vectors @ result.vectors.T
    np.testing.assert_allclose(cosines, reduced @ reduced.T, atol=1e-4)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_context_vectors_are_those_of_the_right_factor(weight: float) -> None:
    dense = np.random.default_rng(8).random((25, 25))
    left, spectrum, right = np.linalg.svd(dense)
    both = (left[:, :4] + right[:4].T) * spectrum[:4] ** weight
    signs = np.sign(left[np.abs(left[:, :4]).argmax(axis=0), range(4)])
    result = factorize(sparse.csr_array(dense), settings(dimension=4, weight=weight, contexts=True))
    np.testing.assert_allclose(result.vectors, both * signs, atol=1e-5)


def test_compiled_product_with_the_gram_matrix_equals_numpy_s() -> None:
    dense, vector = random_counts(40).astype(np.float32), np.random.default_rng(9).random(40)
    matrix = sparse.csr_array(dense)
    result = gram_product(matrix.indptr.astype(np.int64), matrix.indices.view(np.uint32), matrix.data, vector, 5, 30)
    np.testing.assert_allclose(result, dense[5:30].T @ (dense[5:30] @ vector), rtol=1e-6)


def test_the_number_of_threads_that_share_the_products_changes_no_byte() -> None:
    matrix = ppmi(sparse.csr_array(random_counts(150)), settings())
    results = [factorize(matrix, settings(dimension=10), threads) for threads in (1, 2, 3)]
    assert len({result.vectors.tobytes() for result in results}) == 1


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
