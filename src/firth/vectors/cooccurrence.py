"""Counts of words beside words: symmetric, in a window, within sentences."""

from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from scipy import sparse

from firth.errors import FirthError
from firth.params.cooccurrence import CooccurrenceParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import UNK_ID
from firth.training.progress import Meter
from firth.workspace import require

TOKENS_PER_CHUNK = 2**20


def count_cooccurrences(stream: TokenStream, vocabulary_size: int, params: CooccurrenceParams) -> sparse.csr_array:
    """Count how often each word stands at most ``context_window`` places from each other word of its sentence.

    Every place in the window counts 1, whatever its distance. ``<unk>`` takes up a place but is not counted, so that
    its row and column, like those of ``<eos>``, are empty. Memory is bounded by a chunk of the text and the result.

    Returns
    -------
    csr_array of shape (V, V), int32
        Symmetric; sorted column indices; the diagonal counts a word beside itself from both sides.

    Raises
    ------
    FirthError
        If a count exceeds 32 bits.
    """
    ids, offsets = stream.ids, stream.offsets
    ahead = sparse.csr_array((vocabulary_size, vocabulary_size), dtype=np.int64)
    with Meter("count co-occurrences", len(ids)) as meter:
        for start in range(0, len(ids), TOKENS_PER_CHUNK):
            stop = min(start + TOKENS_PER_CHUNK, len(ids))
            text = np.asarray(ids[start : stop + params.context_window], dtype=np.int64)
            sentence = np.searchsorted(offsets, np.arange(start, start + len(text)), side="right")
            ahead = ahead + _pairs_ahead(text, sentence, stop - start, vocabulary_size, params.context_window)
            meter.advance(stop - start)
    counts = (ahead + ahead.T).tocsr()
    if counts.nnz and counts.data.max() > np.iinfo(np.int32).max:
        raise FirthError(
            "cooccurrence: a pair of words occurs more than 2^31 times; use a smaller corpus or context_window"
        )
    return counts.astype(np.int32)


def _pairs_ahead(
    text: np.ndarray, sentence: np.ndarray, centers: int, vocabulary_size: int, context_window: int
) -> sparse.csr_array:
    """Pairs of each of the first ``centers`` words with the words after it; each pair as (smaller id, larger id)."""
    keys = []
    for distance in range(1, context_window + 1):
        first, second = text[:-distance][:centers], text[distance:][:centers]
        together = (sentence[:-distance] == sentence[distance:])[:centers]
        counted = together & (first != UNK_ID) & (second != UNK_ID)
        first, second = first[counted], second[counted]
        keys.append(np.minimum(first, second) * vocabulary_size + np.maximum(first, second))
    cells, counts = np.unique(np.concatenate(keys), return_counts=True)
    rows, columns = (index.astype(np.int32) for index in np.divmod(cells, vocabulary_size))
    shape = (vocabulary_size, vocabulary_size)
    return sparse.csr_array((counts, (rows, columns)), shape=shape)


def load_counts(path: Path) -> sparse.csr_array:
    """Read the counts that the stage ``cooccurrence`` wrote.

    Raises
    ------
    FirthError
        If they are not there, or damaged.
    """
    try:
        return sparse.csr_array(sparse.load_npz(require(path, "cooccurrence")))
    except (ValueError, OSError, EOFError, KeyError, BadZipFile):
        raise FirthError(f"{path}: damaged or cut short; build it anew with `dvc repro -f cooccurrence`") from None


def storage(counts: sparse.csr_array) -> dict[str, float]:
    """How full the matrix is, and what it takes dense (float32) and sparse (CSR, as stored), in bytes."""
    cells = counts.shape[0] * counts.shape[1]
    return {
        "cells": cells,
        "nonzeros": counts.nnz,
        "density": counts.nnz / cells,
        "bytes_dense": cells * np.dtype(np.float32).itemsize,
        "bytes_sparse": counts.data.nbytes + counts.indices.nbytes + counts.indptr.nbytes,
        "pairs": int(counts.sum(dtype=np.int64)),
    }
