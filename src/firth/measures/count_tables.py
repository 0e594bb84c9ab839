"""What co-occurrence counts look like: sentences around a word, its counts and PPMI, how full the table is."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from firth.errors import FirthError
from firth.params.svd_params import SvdParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID
from firth.vectors.ppmi_svd import factorize

LISTED = 8  # neighbors of a word with the largest counts, and with the largest PPMI
LINES = 4  # of text for a word
ROUND = (1, 2, 5)  # times powers of ten


def count_representations(
    counts: sparse.csr_array, ppmi: sparse.csr_array, tokens: Sequence[str]
) -> dict[str, tuple[Sequence[str], sparse.csr_array]]:
    """One-hot vectors, counts and PPMI of the words, without the rows of ``<unk>`` and ``<eos>``.

    Parameters
    ----------
    counts, ppmi : (V, V), rows and columns in the order of ``tokens``.
    """
    one_hot = sparse.eye_array(counts.shape[0], format="csr")
    matrices = {"one_hot": one_hot, "raw_counts": counts, "ppmi": ppmi}
    return {name: (tokens[EOS_ID + 1 :], matrix[EOS_ID + 1 :]) for name, matrix in matrices.items()}


def count_tables(
    counts: sparse.csr_array,
    ppmi: sparse.csr_array,
    tokens: Sequence[str],
    shown: Sequence[str],
    text: TokenStream,
    window: int,
    params: SvdParams,
    threads: int,
) -> dict[str, pd.DataFrame]:
    """The four tables of this module by name; those of words only where words are shown."""
    of_words = {
        "cooccurrence_example": cooccurrence_example(counts, ppmi, tokens, shown),
        "concordance": concordance(text, tokens, shown, window),
    }
    of_all = {"count_density": count_density(counts), "spectrum": spectrum(ppmi, params, threads)}
    return {**(of_words if shown else {}), **of_all}


def cooccurrence_example(
    counts: sparse.csr_array, ppmi: sparse.csr_array, tokens: Sequence[str], shown: Sequence[str]
) -> pd.DataFrame:
    """Counts and PPMI of each shown word with the neighbors that matter to one of them.

    Neighbors are the eight with the largest counts and the eight with the largest PPMI of each shown word.

    Parameters
    ----------
    counts, ppmi : (V, V), rows and columns in the order of ``tokens``.

    Returns
    -------
    DataFrame
        Columns word, neighbor, count and ppmi (nats); a row for each pair, zeros included.
    """
    ids = {token: number for number, token in enumerate(tokens)}
    chosen = [tokens[column] for word in shown for matrix in (counts, ppmi) for column in _largest(matrix, ids[word])]
    columns = list(dict.fromkeys(chosen))
    rows, positions = [ids[word] for word in shown], [ids[token] for token in columns]
    frame = pd.DataFrame([(word, token) for word in shown for token in columns], columns=["word", "neighbor"])
    cells = {"count": counts[rows][:, positions], "ppmi": ppmi[rows][:, positions]}
    return frame.assign(**{name: part.toarray().ravel().astype(np.float64) for name, part in cells.items()})


def concordance(stream: TokenStream, tokens: Sequence[str], shown: Sequence[str], window: int) -> pd.DataFrame:
    """The first places in the text where each shown word stands, with the words of its context window.

    Returns
    -------
    DataFrame
        Columns word, line (from 1), left and right: up to ``window`` tokens of the same sentence on each side, joined
        by spaces.
    """
    ids = {token: number for number, token in enumerate(tokens)}
    rows: list[tuple[str, int, str, str]] = []
    for word in shown:
        places = np.flatnonzero(stream.ids == ids[word])
        sentences = np.searchsorted(stream.offsets, places, side="right") - 1
        _, first = np.unique(sentences, return_index=True)  # one place a sentence
        for line, place in enumerate(places[first[:LINES]].tolist(), start=1):
            sentence = sentences[first[line - 1]]
            start, end = int(stream.offsets[sentence]), int(stream.offsets[sentence + 1])
            left = stream.ids[max(start, place - window) : place].tolist()
            right = stream.ids[place + 1 : min(end, place + 1 + window)].tolist()
            rows.append(
                (word, line, " ".join(tokens[number] for number in left), " ".join(tokens[number] for number in right))
            )
    return pd.DataFrame(rows, columns=["word", "line", "left", "right"])


def count_density(counts: sparse.csr_array) -> pd.DataFrame:
    """How full the table of the most frequent words is, for 10, 20, 50, … words up to all of them.

    Parameters
    ----------
    counts : (V, V) in order of frequency, with ``<unk>`` and ``<eos>`` first, which are left out.

    Returns
    -------
    DataFrame
        Columns words, cells, nonzeros and density: the share of cells that are not zero.
    """
    total = counts.shape[0] - EOS_ID - 1
    sizes = [step * 10**power for power in range(1, len(str(total))) for step in ROUND]
    cells = counts.tocoo()
    later = np.sort(np.maximum(cells.row, cells.col)[np.minimum(cells.row, cells.col) > EOS_ID])
    rows = [
        (size, size**2, int(np.searchsorted(later, size + EOS_ID, side="right")))
        for size in [*(size for size in sizes if size < total), *([total] if total else [])]
    ]
    frame = pd.DataFrame(rows, columns=["words", "cells", "nonzeros"])
    return frame.assign(density=frame["nonzeros"] / frame["cells"])


def spectrum(ppmi: sparse.csr_array, params: SvdParams, threads: int) -> pd.DataFrame:
    """The singular values of the PPMI matrix that its truncated SVD keeps: columns dimension (from 1), singular_value.

    Without rows where the matrix has no such SVD.
    """
    try:
        values = factorize(ppmi, params, threads).spectrum
    except FirthError:
        values = np.zeros(0)
    return pd.DataFrame({"dimension": np.arange(1, len(values) + 1), "singular_value": values})


def _largest(matrix: sparse.csr_array, row: int) -> list[int]:
    """The columns of a row's largest values, the more frequent token first among equals."""
    start, end = matrix.indptr[row], matrix.indptr[row + 1]
    order = np.argsort(-matrix.data[start:end], kind="stable")
    columns = [int(column) for column in matrix.indices[start:end][order] if column > EOS_ID]
    return columns[:LISTED]
