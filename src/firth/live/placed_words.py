"""Words placed in the plane by their vectors, for a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from firth.errors import FirthError
from firth.live.word_spaces import word_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firth.live.opened_models import OpenedModels

FEWEST, MOST = 5, 1500  # words on the map, the most frequent
SIZE = 1000  # of the map's longer side
PERPLEXITY = 30
ITERATIONS = 500
COARSENESS = 0.7  # of Barnes & Hut's approximation
SEED = 1


@dataclass(frozen=True)
class PlacedWords:
    """Words of one space, the most frequent first, and their places, (N, 2) whole numbers from 0 to ``SIZE``."""

    words: list[str]
    points: NDArray[np.int64]


def placed_words(models: OpenedModels, space: str) -> PlacedWords:
    """The words of a space in the plane; the first call takes seconds.

    Raises
    ------
    FirthError
        As ``word_spaces.word_vectors``, and if there are too few words.
    """
    vectors = word_vectors(models, space)

    def load() -> PlacedWords:
        if len(vectors) < FEWEST:
            raise FirthError(f"{space} has vectors of {len(vectors)} words; a map takes {FEWEST} or more")
        return PlacedWords(vectors.words[:MOST], places(vectors.vectors[:MOST]))

    return models.open("places", (models.workspace.model(space),), load).model


def places(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Vectors (N, D) in the plane, (N, 2) whole numbers from 0 to ``SIZE``.

    t-SNE (van der Maaten & Hinton, 2008) on unit vectors, whose distances rank pairs as the cosine does.
    """
    from sklearn.manifold import TSNE

    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    placed = TSNE(
        2,
        perplexity=min(PERPLEXITY, (len(units) - 1) / 3),
        init="pca" if min(units.shape) > 1 else "random",
        angle=COARSENESS,
        max_iter=ITERATIONS,
        random_state=SEED,
        n_jobs=1,
    ).fit_transform(units)
    low, high = placed.min(axis=0), placed.max(axis=0)
    scaled: NDArray[np.int64] = np.rint(SIZE * (placed - low) / max(float((high - low).max()), 1e-12)).astype(np.int64)
    return scaled
