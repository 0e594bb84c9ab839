"""The score of each test item, kept so that two models can be compared on the same items.

A score of a test set is a function of sums over its items, such as the negative log-likelihood and the tokens of a
sentence. The summands of each item are kept.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

SCORED_ITEMS = "items.safetensors"  # in the folder of an evaluation
TEXTS = "texts"  # the one key of the file's metadata: safetensors writes several keys in no fixed order


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
    """Write ``items.safetensors`` into an existing folder: the summands of each score, by its name among the metrics.

    The metadata holds the digests of the items, by the same names, as JSON.
    """
    summands = {name: np.ascontiguousarray(scored.summands) for name, scored in items.items()}
    texts = {name: scored.texts for name, scored in items.items()}
    save_file(summands, folder / SCORED_ITEMS, {TEXTS: json.dumps(texts, sort_keys=True)})


def load_items(file: Path) -> dict[str, ScoredItems]:
    """Read what ``save_items`` wrote.

    Raises
    ------
    FileNotFoundError
        If the file is not there.
    ValueError
        If it is damaged.
    """
    try:
        with safe_open(file, framework="numpy") as opened:
            texts = json.loads((opened.metadata() or {}).get(TEXTS, ""))
            names = opened.keys()
            return {name: _read_scored(opened, name, texts[name]) for name in names}
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"{file}: no scores of test items ({error})") from None


def _read_scored(opened: Any, name: str, texts: Any) -> ScoredItems:
    header = opened.get_slice(name)
    if header.get_dtype() != "F64" or len(header.get_shape()) != 2 or not isinstance(texts, str):
        raise ValueError(f"{name} is no (N, K) float64 with the digest of its items")
    return ScoredItems(opened.get_tensor(name), texts)
