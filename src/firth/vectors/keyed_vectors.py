"""Word vectors on disk, in word2vec's text and binary formats, which gensim and others read.

Both formats hold a header ``words dimension`` and then, for each word in order of frequency, the word, a space and its
vector: decimal numbers up to the end of the line, or little-endian float32. A word may contain any character but the
space and the newline, which no token contains.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firth.word2vec_format import read_word2vec
from firth.workspace import VECTORS

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

TEXT = "vectors.txt"


def save_vectors(words: Sequence[str], vectors: np.ndarray, folder: Path) -> None:
    """Write vectors (V, D) of words in order of frequency, in both formats, without the words whose vector is zero."""
    known = np.flatnonzero(vectors.any(axis=1)).tolist()
    keyed = keyed_vectors([words[row] for row in known], vectors[known].astype(np.float32))
    keyed.expandos["count"] = np.arange(len(known), 0, -1)  # gensim sorts by falling count, and warns without one
    keyed.save_word2vec_format(str(folder / TEXT))
    keyed.save_word2vec_format(str(folder / VECTORS), binary=True)


def load_vectors(folder: Path) -> tuple[list[str], NDArray[np.float32]]:
    """Words in order of frequency and their vectors (V, D), from the binary file.

    Raises
    ------
    FirthError
        If the file is missing or damaged.
    """
    return read_word2vec(folder / VECTORS, folder.name)


def keyed_vectors(words: Sequence[str], vectors: np.ndarray) -> KeyedVectors:
    """The same as gensim's object: words (V,) and their vectors (V, D)."""
    from gensim.models import KeyedVectors

    keyed = KeyedVectors(vectors.shape[1])
    keyed.add_vectors(list(words), vectors)
    return keyed
