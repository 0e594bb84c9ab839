"""What every estimated n-gram model fulfils, so that a damaged file is not taken for one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

ROUNDING = 1e-6  # by which a sum of probabilities may miss 1

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NgramSettings:
    """What ``settings.json`` of a model holds."""

    order: PositiveInt
    vocabulary_size: PositiveInt
    discounts: list[tuple[float, float, float]]
    convention: str


def ngram_fault(
    vocabulary_size: int, keys: Sequence[Ids], probabilities: Sequence[Floats], backoffs: Sequence[Floats]
) -> tuple[str, str] | None:
    """The first array that no estimate could be, and why; None if there is none. Arguments as in ``KneserNey``.

    Probabilities and back-off weights are above 0 and at most 1, but for the unigram ``<s>``, which has probability 0.
    """
    contexts = 1
    for order, (found, chances) in enumerate(zip(keys, probabilities, strict=True), start=1):
        if not _is_trie(found, contexts, vocabulary_size, is_whole=order == 1):
            return f"{order}-grams.keys.npy", "n-grams are not sorted, or their contexts don't exist"
        columns = {"probabilities": chances, **({"backoffs": backoffs[order - 1]} if order < len(keys) else {})}
        for name, values in columns.items():
            if len(values) != len(found):
                return f"{order}-grams.{name}.npy", f"{len(values):,} values for {len(found):,} n-grams"
            if not _are_chances(values[:-1] if (order, name) == (1, "probabilities") else values):
                return f"{order}-grams.{name}.npy", "values are not above 0 and at most 1"
        if order == 1 and (chances[-1] != 0 or abs(chances.sum() - 1) > ROUNDING):
            return "1-grams.probabilities.npy", "values don't sum to 1"
        contexts = len(found)
    return None


def _is_trie(keys: Ids, contexts: int, vocabulary_size: int, *, is_whole: bool) -> bool:
    """Whether keys ascend and belong to as many contexts; unigrams (``is_whole``) are all ids, and ``<s>``."""
    size = contexts * (vocabulary_size + 1)
    if is_whole and len(keys) != size:
        return False
    return not len(keys) or bool(keys[0] >= 0 and keys[-1] < size and (keys[1:] > keys[:-1]).all())


def _are_chances(values: Floats) -> bool:
    with np.errstate(invalid="ignore"):  # NaN, which fails the comparison
        return not len(values) or bool(values.min() > 0 and values.max() <= 1 + ROUNDING)
