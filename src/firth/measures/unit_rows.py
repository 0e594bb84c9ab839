"""Rows of length 1, dense or sparse: cosines of word vectors and of rows of counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from firth.errors import FirthError

Matrix = np.ndarray | sparse.csr_array


class UnitRows:
    """Words and their vectors, the rows of a dense or sparse matrix, scaled to length 1 on access.

    Words whose row is zero have no cosine, and are left out. Case is ignored: of words that differ by case alone, the
    more frequent one is used.

    Parameters
    ----------
    words : (V,) in order of frequency.
    matrix : (V, D).

    Attributes
    ----------
    index : lower-case word → index of its row.

    Raises
    ------
    FirthError
        If the matrix holds NaN or infinity.
    """

    def __init__(self, words: Sequence[str], matrix: Matrix) -> None:
        self.matrix: Any = matrix
        self.lengths = _lengths(matrix)
        broken = int((~np.isfinite(self.lengths)).sum())
        if broken:
            raise FirthError(
                f"word vectors: {broken:,} of {len(words):,} hold NaN or infinity; "
                "train them again with a smaller learning rate"
            )
        self.index = {words[row].lower(): row for row in reversed(np.flatnonzero(self.lengths).tolist())}

    def rows(self, indices: Sequence[int]) -> Any:
        """The rows with these indices, scaled to length 1: (N, D) float64, dense or sparse like the matrix."""
        chosen = np.asarray(indices, dtype=np.intp)
        rows: Any = self.matrix[chosen]  # (N, D)
        scale = 1 / self.lengths[chosen, None]  # (N, 1)
        return rows * scale if isinstance(rows, np.ndarray) else rows.multiply(scale).tocsr()

    def cosines(self, first: Sequence[int], second: Sequence[int]) -> np.ndarray:
        """Cosines of each row in ``first`` with each row in ``second``, (len(first), len(second))."""
        product: Any = self.rows(first) @ self.rows(second).T
        return product if isinstance(product, np.ndarray) else np.asarray(product.toarray())

    def pair_cosines(self, first: Sequence[int], second: Sequence[int]) -> np.ndarray:
        """Cosines of ``first[i]`` with ``second[i]``, (N,)."""
        product = self.rows(first) * self.rows(second)
        return np.asarray(product.sum(axis=1))


def _lengths(matrix: Matrix) -> np.ndarray:
    """Euclidean lengths of the rows, (V,) float64: squares of 32-bit counts would overflow."""
    if not sparse.issparse(matrix):
        return np.linalg.norm(np.asarray(matrix, dtype=np.float64), axis=1)
    squares = np.square(matrix.data, dtype=np.float64)
    return np.sqrt(sparse.csr_array((squares, matrix.indices, matrix.indptr), matrix.shape) @ np.ones(matrix.shape[1]))
