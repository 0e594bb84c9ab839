"""Embeddings initialized from word vectors that were trained on another text."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.errors import FirthError

WordRows = tuple[Sequence[str], NDArray[np.float32]]  # words (V,) and their vectors (V, D)


def initialize(
    weight: Tensor, deviation: float, tokens: Sequence[str], vectors: WordRows, key: str, source: str
) -> float:
    """Replace random embeddings by word vectors, scaled to the same standard deviation.

    A token without a vector takes the vector of its lower-case form; if there is none either, it stays random.

    Parameters
    ----------
    weight : (V, E), random with standard deviation ``deviation``; changed in place.
    tokens : the vocabulary, in the order of ids.
    key, source : for the error message: the embedding size's key in params.yaml, and the vectors' file.

    Returns
    -------
    float
        The share of the vocabulary that is initialized from a vector.

    Raises
    ------
    FirthError
        If the vectors' dimension differs from the embedding size.
    """
    words, matrix = vectors
    if matrix.shape[1] != weight.shape[1]:
        raise FirthError(
            f"{key} = {weight.shape[1]}, but {source} holds vectors of dimension {matrix.shape[1]}; make them equal"
        )
    row_of = {word: row for row, word in enumerate(words)}
    forms = [token if token in row_of else token.lower() for token in tokens]
    rows = [row for row, form in enumerate(forms) if form in row_of]
    if not rows:
        return 0.0
    found = matrix[[row_of[forms[row]] for row in rows]].astype(np.float64)
    spread = float(found.std())
    scale = deviation / spread if spread else 1.0
    with torch.no_grad():
        weight[rows] = torch.from_numpy(found * scale).to(weight)
    return len(rows) / len(tokens)
