"""Word vectors from counts: positive pointwise mutual information and its truncated SVD."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

from firth.errors import FirthError
from firth.params.svd import SvdParams

NEGLIGIBLE = 1e-9  # a singular value below this share of the largest one is rounding


@dataclass(frozen=True)
class Factorization:
    """A truncated SVD of a PPMI matrix.

    vectors : (V, d) float32, U·Σ^p; spectrum : (d,) the singular values, descending;
    explained_variance : share of the matrix's squared Frobenius norm that the d dimensions hold.
    """

    vectors: np.ndarray
    spectrum: np.ndarray
    explained_variance: float


def ppmi(counts: sparse.csr_array, params: SvdParams) -> sparse.csr_array:
    """Shifted positive pointwise mutual information with context-distribution smoothing.

    max(0, log(#(w, c) / (#(w) · P_α(c))) − log k), where P_α(c) = #(c)^α / Σ #(c)^α, α is ``smoothing`` and k is
    ``shift`` (Levy, Goldberg & Dagan 2015, section 3). Words are rows, contexts are columns.

    Returns
    -------
    csr_array of shape (V, V), float64
        Holds positive cells only.
    """
    words = counts.sum(axis=1).astype(np.float64)
    contexts = counts.sum(axis=0).astype(np.float64) ** params.smoothing
    contexts /= max(contexts.sum(), 1.0)
    cells = counts.tocoo()
    rows, columns = cells.coords
    information = np.log(cells.data / (words[rows] * contexts[columns])) - np.log(params.shift)
    positive = information > 0
    return sparse.csr_array((information[positive], (rows[positive], columns[positive])), shape=counts.shape)


def factorize(matrix: sparse.csr_array, params: SvdParams) -> Factorization:
    """Truncated SVD with the singular values to the power ``eigenvalue_weight``.

    Exact to rounding: the leading right singular vectors are eigenvectors of MᵀM (Lanczos iteration, ARPACK), and M
    is decomposed in their span. ARPACK is called as ``svds`` would, but with a generator of its own: where singular
    values coincide it starts again from random vectors, which ``svds`` leaves to chance. Each column's sign is such
    that its entry of largest magnitude is positive.

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
    gram = LinearOperator((size, size), matvec=lambda vector: matrix.T @ (matrix @ vector), dtype=np.float64)
    try:
        _, right = eigsh(gram, dimension, v0=np.ones(size), rng=np.random.default_rng(0))
    except ArpackError as error:
        raise FirthError(f"svd.dimension = {dimension}: no decomposition found ({error}); use a smaller one") from None
    left, spectrum, _ = np.linalg.svd(matrix @ np.linalg.qr(right)[0], full_matrices=False)  # (V, d) and (d,)
    rank = int((spectrum > spectrum[0] * NEGLIGIBLE).sum())
    if rank < dimension:
        raise FirthError(f"svd.dimension = {dimension}: the PPMI matrix has rank {rank}; use at most {rank}")
    left = left * np.sign(left[np.abs(left).argmax(axis=0), np.arange(dimension)])
    return Factorization(
        vectors=(left * spectrum**params.eigenvalue_weight).astype(np.float32),
        spectrum=spectrum,
        explained_variance=float((spectrum**2).sum() / (matrix.data**2).sum()),
    )
