"""Co-occurrence counts on disk: three arrays of a sparse matrix, written row by row and mapped into memory.

``indptr.npy``, ``indices.npy`` and ``data.npy`` are the arrays of SciPy's CSR format: row i has the columns
``indices[indptr[i]:indptr[i + 1]]``, ascending, and the values at the same positions of ``data``.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy import sparse

from firth.stored_files import check_vocabulary, damaged, read_array
from firth.text.streams import ArrayWriter

STAGE = "cooccurrence"
ARRAYS = ("indptr", "indices", "data")
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]  # of consecutive rows: lengths, then columns, then values


def write_rows(folder: Path, rows: Iterable[Rows], dtype: type[np.generic]) -> None:
    """Write a matrix from groups of consecutive rows; ``dtype`` is the type of the values."""
    lengths = [np.zeros(1, dtype=np.int64)]
    with (
        ArrayWriter(folder / "indices.npy", np.dtype(np.int32)) as indices,
        ArrayWriter(folder / "data.npy", np.dtype(dtype)) as data,
    ):
        for row_lengths, columns, values in rows:
            lengths.append(row_lengths)
            indices.append(columns)
            data.append(values)
    indptr = np.cumsum(np.concatenate(lengths))
    smallest = np.int32 if indptr[-1] <= np.iinfo(np.int32).max else np.int64  # SciPy's rule
    np.save(folder / "indptr.npy", indptr.astype(smallest), allow_pickle=False)


def load_counts(folder: Path, vocabulary_size: int) -> sparse.csr_array:
    """Open the counts that the stage ``cooccurrence`` wrote, memory-mapped.

    Parameters
    ----------
    vocabulary_size : V, of the vocabulary that their ids belong to.

    Returns
    -------
    csr_array of shape (V, V), float32
        With sorted column indices and no zeros stored; read-only.

    Raises
    ------
    FirthError
        If they are missing or damaged, or of a vocabulary of another size.
    """
    types = ((np.int32, np.int64), (np.int32,), (np.float32,))
    indptr, indices, data = (
        read_array(folder / f"{name}.npy", kinds, STAGE) for name, kinds in zip(ARRAYS, types, strict=True)
    )
    check_vocabulary(folder, len(indptr) - 1, vocabulary_size)
    try:
        counts = sparse.csr_array((data, indices, indptr), shape=(vocabulary_size, vocabulary_size))
        counts.check_format(full_check=True)
    except ValueError:
        raise damaged(folder, "its arrays are not those of one sparse matrix", STAGE) from None
    if counts.nnz != len(data):
        raise damaged(folder, f"holds {len(data):,} counts where its rows have {counts.nnz:,} together", STAGE)
    if not counts.has_canonical_format:
        raise damaged(folder, "columns of a row are not in order, or stand there twice", STAGE)
    with np.errstate(invalid="ignore"):  # NaN, which fails the comparison
        if len(data) and not 0 < data.min() <= data.max() < np.inf:
            raise damaged(folder / "data.npy", "holds a count that is not above 0 and finite", STAGE)
    return counts


def storage(counts: sparse.csr_array) -> dict[str, float]:
    """Density of the matrix, and its size in bytes of float32, dense and sparse (CSR, as stored).

    ``pairs`` is the sum of all counts, to the nearest whole number.
    """
    cells = counts.shape[0] * counts.shape[1]
    return {
        "cells": cells,
        "nonzeros": counts.nnz,
        "density": counts.nnz / cells,
        "bytes_dense": cells * counts.dtype.itemsize,
        "bytes_sparse": counts.data.nbytes + counts.indices.nbytes + counts.indptr.nbytes,
        "pairs": round(float(counts.data.sum(dtype=np.float64))),
    }
