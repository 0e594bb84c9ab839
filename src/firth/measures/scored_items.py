"""The score of each test item, kept so that two models can be compared on the same items.

A score of a test set is a function of sums over its items, such as the negative log-likelihood and the tokens of a
sentence. The summands of each item are kept.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

SCORED_ITEMS = "items.npz"  # in the folder of an evaluation
TEXTS = ".texts"  # ends the name of the digest in this file


@dataclass(frozen=True)
class ScoredItems:
    """The summands of one score.

    Attributes
    ----------
    summands : (N, K) float64, a row for each item. BLEU: as in ``bleu.bleu_summands``; perplexity: nats and tokens of a
        sentence; perplexity over source: the same, in nats above the source's; bits per character: bits and characters;
        a share: points and 1.
    texts : digest of the items; the items of two models are the same if their digests are.
    """

    summands: NDArray[np.float64]
    texts: str


def digest(texts: Iterable[str]) -> str:
    """A digest of items, in order."""
    return hashlib.sha256("\n".join(texts).encode("utf-8")).hexdigest()[:16]


def share_items(points: NDArray, texts: Iterable[str]) -> ScoredItems:
    """The summands of a share, from the points of each item (N,)."""
    return ScoredItems(np.stack([points, np.ones(len(points))], axis=1).astype(np.float64), digest(texts))


def save_items(folder: Path, items: Mapping[str, ScoredItems]) -> None:
    """Write ``items.npz`` into an existing folder: the summands of each score, by its name among the metrics."""
    arrays: dict[str, Any] = {name: scored.summands for name, scored in items.items()}
    arrays |= {name + TEXTS: np.array(scored.texts) for name, scored in items.items()}
    np.savez(folder / SCORED_ITEMS, **arrays)


def load_items(file: Path | IO[bytes]) -> dict[str, ScoredItems]:
    """Read what ``save_items`` wrote.

    Raises
    ------
    OSError, ValueError, KeyError, zipfile.BadZipFile
        If the file is not there, or is damaged.
    """
    with np.load(file, allow_pickle=False) as arrays:
        names = [name for name in arrays.files if not name.endswith(TEXTS)]
        return {name: ScoredItems(arrays[name], str(arrays[name + TEXTS])) for name in names}
