"""Word vectors in word2vec's text and binary formats, checked when they are read; see ``vectors.keyed_vectors``."""

import logging
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors

from firth.stored_files import damaged
from firth.workspace import require

FLOAT_BYTES = 4  # of a number in the binary format
LONGEST_HEADER = 40  # bytes


def read_word2vec(path: Path, stage: str, *, binary: bool = False) -> KeyedVectors:
    """Read word vectors in word2vec's text or binary format, as ``save_vectors`` writes them.

    Raises
    ------
    FirthError
        If the file doesn't exist, its size is not what its header says, a word stands there twice, or a vector is zero
        or not finite.
    """
    size = require(path, stage).stat().st_size
    with path.open("rb") as file:
        header = file.readline(LONGEST_HEADER)
        numbers = header.split()
        if len(numbers) != 2 or not header.endswith(b"\n") or not all(map(bytes.isdigit, numbers)):
            raise damaged(path, "doesn't begin with the number of words and their dimension", stage)
        words, dimension = map(int, numbers)
        smallest = words * (2 + dimension * (FLOAT_BYTES if binary else 2))  # a letter, numbers, what parts them
        if not dimension or smallest > size:
            raise damaged(path, f"of {size:,} bytes, too few for {words:,} words of dimension {dimension:,}", stage)
        if not binary and [line.count(b" ") for line in file] != [dimension] * words:
            raise damaged(path, f"not {words:,} lines of a word and {dimension:,} numbers", stage)
    logging.getLogger("gensim").setLevel(logging.ERROR)  # it warns of a word that stands there twice
    try:
        with np.errstate(over="ignore"):
            vectors = KeyedVectors.load_word2vec_format(str(path), binary=binary)
    except (ValueError, EOFError, AssertionError):
        raise damaged(path, "cut short, or not in word2vec's format", stage) from None
    names = list(filter(None, vectors.index_to_key))
    letters = sum(len(name.encode()) + 1 for name in names)
    if len(names) != words or (binary and size != len(header) + letters + words * dimension * FLOAT_BYTES):
        raise damaged(path, "a word stands there twice, or there is more than words and vectors", stage)
    if not (np.isfinite(vectors.vectors).all() and vectors.vectors.any(axis=1).all()):
        raise damaged(path, "holds a vector that is zero or not finite", stage)
    return vectors
