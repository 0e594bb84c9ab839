"""Word vectors from counts: positive pointwise mutual information and its truncated SVD."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numba import njit
from scipy import sparse
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh
from threadpoolctl import threadpool_limits

from firth.errors import FirthError
from firth.params.svd_params import SvdParams

NEGLIGIBLE = 1e-9  # a singular value below this share of the largest one is taken for a rounding error
CELLS_PER_PIECE = 2**20
PARTIAL_SUMS = 8  # of a matrix product; fixed, so that its last bits do not depend on the number of threads


@dataclass(frozen=True)
class Factorization:
    """A truncated SVD of a PPMI matrix.

    vectors : (V, d) float32, U·Σ^p, or U·Σ^p + V·Σ^p; spectrum : (d,) the singular values, descending;
    explained_variance : Σσ² of the d dimensions, as a share of the matrix's squared Frobenius norm.
    """

    vectors: np.ndarray
    spectrum: np.ndarray
    explained_variance: float


def ppmi(counts: sparse.csr_array, params: SvdParams) -> sparse.csr_array:
    """Shifted positive pointwise mutual information with context-distribution smoothing.

    max(0, log(#(w, c) / (#(w) · P_α(c))) − log k), where P_α(c) = #(c)^α / Σ #(c)^α, α is ``smoothing`` and k is
    ``shift`` (Levy, Goldberg & Dagan 2015, sections 2.1 and 3.2). Words are rows, contexts are columns. Computed in
    float64 for a group of rows at a time, so that memory holds little more than the result.

    Returns
    -------
    csr_array of shape (V, V), float32
        Only positive cells are stored.
    """
    words, contexts = np.zeros(counts.shape[0]), np.zeros(counts.shape[1])
    for first, last, cells in _pieces(counts):
        rows = np.repeat(np.arange(last - first), np.diff(counts.indptr[first : last + 1]))
        words[first:last] = np.bincount(rows, counts.data[cells], last - first)
        contexts += np.bincount(counts.indices[cells], counts.data[cells], len(contexts))
    contexts **= params.smoothing
    contexts /= max(contexts.sum(), 1e-300)

    data, indices = (
        np.empty(counts.nnz, np.float32),
        np.empty(counts.nnz, counts.indices.dtype),
    )  # no memory yet
    indptr, filled = np.zeros_like(counts.indptr), 0
    for first, last, cells in _pieces(counts):
        rows = np.repeat(np.arange(first, last), np.diff(counts.indptr[first : last + 1]))
        columns = counts.indices[cells]
        information = np.log(counts.data[cells] / (words[rows] * contexts[columns])) - np.log(params.shift)
        positive = np.flatnonzero(information > 0)
        span = slice(filled, filled + len(positive))
        data[span], indices[span] = information[positive], columns[positive]
        indptr[first + 1 : last + 1] = filled + np.searchsorted(rows[positive], np.arange(first, last), side="right")
        filled = span.stop
    return sparse.csr_array((data[:filled], indices[:filled], indptr), shape=counts.shape)


def factorize(matrix: sparse.csr_array, params: SvdParams, threads: int = 1) -> Factorization:
    """Truncated SVD with the singular values to the power ``eigenvalue_weight``.

    Exact to rounding: the leading right singular vectors are eigenvectors of MᵀM (Lanczos iteration, ARPACK), and M is
    decomposed in their span. ARPACK is called directly rather than by ``svds``, which does not seed the random vectors
    from which the iteration restarts where singular values coincide. The sign of each column makes the entry of largest
    magnitude among the word vectors positive. The products with M are distributed over ``threads`` with partial sums
    that do not depend on their number; BLAS, whose threads would mostly wait here, has one. So the bytes are the same
    for any number of threads.

    Raises
    ------
    FirthError
        If ``dimension`` is not smaller than the vocabulary or larger than the matrix's rank.
    """
    size, dimension = matrix.shape[0], params.dimension
    if not matrix.nnz:
        raise FirthError(
            "svd: no pair of words stands together more often than by chance; use more text or a smaller shift"
        )
    if dimension >= size:
        raise FirthError(f"svd.dimension = {dimension}: the vocabulary has {size} entries; use at most {size - 1}")
    lanczos_vectors = min(size, max(dimension + dimension // 2, dimension + 20))  # not more: each step reads them all
    with ThreadPoolExecutor(threads) as pool, threadpool_limits(1, user_api="blas"):
        try:
            _, right = eigsh(
                _gram(matrix, pool), dimension, ncv=lanczos_vectors, v0=np.ones(size), rng=np.random.default_rng(0)
            )
        except ArpackError as error:
            raise FirthError(
                f"svd.dimension = {dimension}: no decomposition found ({error}); use a smaller one"
            ) from None
        right = np.linalg.qr(right)[0]  # (V, d)
        rows = (matrix[first:last] for first, last, _ in _pieces(matrix))
        projected = np.concatenate(list(pool.map(lambda piece: piece @ right, rows)))  # (V, d)
        left, spectrum, rotation = np.linalg.svd(projected, full_matrices=False)  # (V, d), (d,), (d, d)
    rank = int((spectrum > spectrum[0] * NEGLIGIBLE).sum())
    if rank < dimension:
        raise FirthError(f"svd.dimension = {dimension}: the PPMI matrix has rank {rank}; use at most {rank}")
    vectors = left + right @ rotation.T if params.add_context_vectors else left
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(dimension)])
    squares = sum(float(np.square(matrix.data[cells], dtype=np.float64).sum()) for _, _, cells in _pieces(matrix))
    return Factorization(
        vectors=(vectors * (signs * spectrum**params.eigenvalue_weight)).astype(np.float32),
        spectrum=spectrum,
        explained_variance=float((spectrum**2).sum() / squares),
    )


def _gram(matrix: sparse.csr_array, pool: ThreadPoolExecutor) -> LinearOperator:
    """MᵀM as an operator on vectors; partial sums over groups of M's rows are added in order."""
    size = matrix.shape[1]
    indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.view(f"u{matrix.indices.itemsize}")
    cuts = np.searchsorted(indptr, np.linspace(0, matrix.nnz, PARTIAL_SUMS + 1)[1:-1]).tolist()
    firsts, lasts = [0, *cuts], [*cuts, matrix.shape[0]]

    def product(vector: np.ndarray) -> np.ndarray:
        part = partial(gram_product, indptr, indices, matrix.data, vector.reshape(size))
        return np.sum(list(pool.map(part, firsts, lasts)), axis=0)

    return LinearOperator((size, size), matvec=product, dtype=np.float64)


@njit(cache=True, nogil=True)
def gram_product(
    indptr: np.ndarray, indices: np.ndarray, data: np.ndarray, vector: np.ndarray, first: int, last: int
) -> np.ndarray:
    """RᵀR · vector in float64, for the rows R = first … last − 1 of a CSR matrix; each row is read once."""
    result = np.zeros(len(vector))
    for row in range(first, last):
        weight = 0.0
        for cell in range(indptr[row], indptr[row + 1]):
            weight += data[cell] * vector[indices[cell]]
        for cell in range(indptr[row], indptr[row + 1]):
            result[indices[cell]] += weight * data[cell]
    return result


def _pieces(matrix: sparse.csr_array) -> Iterator[tuple[int, int, slice]]:
    """Rows first … last − 1 and the slice of their cells, at most ``CELLS_PER_PIECE`` or one row at a time."""
    total, rows = int(matrix.indptr[-1]), matrix.shape[0]
    cuts = np.searchsorted(matrix.indptr, np.arange(CELLS_PER_PIECE, total, CELLS_PER_PIECE)).tolist()
    cuts = sorted({0, *cuts, rows})
    for first, last in pairwise(cuts):
        yield first, last, slice(int(matrix.indptr[first]), int(matrix.indptr[last]))
