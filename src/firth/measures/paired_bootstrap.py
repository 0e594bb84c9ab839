"""Whether two models differ by more than the noise of their test set: the paired bootstrap (Koehn 2004).

The items of the test set are drawn anew with replacement, the same for both models, and both models are scored on each
of these samples. The ends of the interval are percentiles of the differences (Efron 1979).
"""

import numpy as np
from numpy.typing import NDArray

from firth.measures.scored_items import ScoredItems
from firth.training.reproducibility import generator

RESAMPLES = 1000
ENDS = (2.5, 97.5)  # percentiles, of a 95 % interval

Floats = NDArray[np.float64]


def difference_interval(name: str, before: ScoredItems, after: ScoredItems) -> tuple[float, float] | None:
    """Ends of the 95 % interval of a score's difference, after − before; None if the items are not the same.

    Parameters
    ----------
    name : of the score, which decides how it is computed from sums; see ``score``.
    """
    if before.texts != after.texts or not len(before.summands):
        return None
    sums = resampled_sums(np.concatenate([before.summands, after.summands], axis=1))
    one, other = np.split(sums, 2, axis=1)
    low, high = np.percentile(score(name, other) - score(name, one), ENDS)
    return float(low), float(high)


def score_interval(name: str, items: ScoredItems) -> tuple[float, float] | tuple[None, None]:
    """Ends of the 95 % interval of a score; None and None without items. ``name`` is of the score; see ``score``."""
    if not len(items.summands):
        return None, None
    low, high = np.percentile(score(name, resampled_sums(items.summands)), ENDS)
    return float(low), float(high)


def resampled_sums(summands: Floats) -> Floats:
    """Sums over the items (N, K) of each sample, (``RESAMPLES``, K); the same samples for every N items."""
    random, count = generator(0, "paired_bootstrap"), len(summands)
    return np.stack(
        [np.bincount(random.integers(count, size=count), minlength=count) @ summands for _ in range(RESAMPLES)]
    )


def score(name: str, sums: Floats) -> Floats:
    """The score of each of R test sets from its sums (R, K): BLEU, exp(nats / tokens), or a ratio."""
    if name.endswith("bleu"):
        return np.array([_bleu(row) for row in sums.astype(int).tolist()])
    ratio = sums[:, 0] / sums[:, 1]
    return np.exp(ratio) if "perplexity" in name else ratio


def _bleu(sums: list[int]) -> float:
    """BLEU of a corpus from the sums of its ``bleu.bleu_summands`` (10,)."""
    from sacrebleu.metrics.bleu import BLEU, MAX_NGRAM_ORDER

    output, reference, *counts = sums
    matches, ngrams = counts[:MAX_NGRAM_ORDER], counts[MAX_NGRAM_ORDER:]
    return BLEU.compute_bleu(matches, ngrams, output, reference, smooth_method="exp").score
