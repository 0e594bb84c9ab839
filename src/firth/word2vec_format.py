"""Word vectors in word2vec's binary format, checked when they are read; see ``vectors.keyed_vectors``.

By code of our own: importing gensim takes longer than most questions.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.stored_files import damaged
from firth.workspace import require

FLOAT = np.dtype("<f4")


def read_word2vec(path: Path, stage: str) -> tuple[list[str], NDArray[np.float32]]:
    """Words in order of frequency and their vectors (V, D), as ``save_vectors`` writes them.

    Raises
    ------
    FirthError
        If the file doesn't exist, its size is not what its header says, a word stands there twice or is not UTF-8, or
        the norm of a vector is not above 0 and finite.
    """
    content = require(path, stage).read_bytes()
    start = content.find(b"\n") + 1
    numbers = content[:start].split()
    if len(numbers) != 2 or not all(map(bytes.isdigit, numbers)):
        raise damaged(path, "doesn't begin with the number of words and their dimension", stage)
    count, dimension = (int(number[:20]) for number in numbers)
    width = dimension * FLOAT.itemsize
    if not dimension or count * (2 + width) > len(content):
        raise damaged(path, f"of {len(content):,} bytes, too few for {count:,} words of dimension {dimension:,}", stage)
    words, vectors = [], np.empty((count, dimension), np.float32)
    try:
        for row in range(count):
            end = content.index(b" ", start)
            words.append(content[start:end].decode("utf-8"))
            start = end + 1 + width
            vectors[row] = np.frombuffer(content, FLOAT, dimension, end + 1)
    except ValueError:
        raise damaged(path, "cut short, or not in word2vec's format", stage) from None
    if start != len(content) or len({*words} - {""}) != count:
        raise damaged(path, "a word stands there twice, or there is more than words and vectors", stage)
    with np.errstate(all="ignore"):  # NaN, and values whose square is no float32, which fail the comparison
        norms = np.linalg.norm(vectors, axis=1)
        if words and not 0 < norms.min() <= norms.max() < np.inf:
            raise damaged(path, "holds a vector whose norm is not above 0 and finite", stage)
    return words, vectors
