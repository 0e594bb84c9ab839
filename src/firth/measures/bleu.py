"""Scores of translations: BLEU, chrF and exact match, by the conventions that sacrebleu's signatures name.

Papineni et al. (2002); chrF: Popović (2015). BLEU and chrF run from 0 to 100, exact match is a share.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU, MAX_NGRAM_ORDER
from sacrebleu.metrics.chrf import CHRF

WIDTH, LONGEST = 5, 30  # source lengths in words are grouped by five up to 30, and above


def translation_scores(outputs: Sequence[str], references: Sequence[str]) -> dict[str, float | None]:
    """``bleu``, ``bleu_lowercase``, ``chrf`` and ``exact_match`` of translations as text, with one reference each.

    All are None if there are no translations.
    """
    if not outputs:
        return dict.fromkeys((*_corpus_metrics(), "exact_match"))
    equal = [output == reference for output, reference in zip(outputs, references, strict=True)]
    scores = {
        name: float(metric.corpus_score(list(outputs), [list(references)]).score)
        for name, metric in _corpus_metrics().items()
    }
    return {**scores, "exact_match": sum(equal) / len(equal)}


def metric_signatures() -> dict[str, str]:
    """Sacrebleu's signature of each metric of ``translation_scores``, the convention by which it is computed."""
    signatures = {}
    for name, metric in _corpus_metrics().items():
        metric.corpus_score(["a"], [["a"]])  # the number of references is known only after scoring
        signatures[name] = str(metric.get_signature())
    return signatures


def bleu_by_source_length(outputs: Sequence[str], references: Sequence[str], sources: Sequence[str]) -> pd.DataFrame:
    """BLEU by the number of words between spaces in the source.

    Returns
    -------
    DataFrame
        A row for each group that has sentences: ``source_length`` (1-5, 6-10, …, 31+), ``sentences``, ``bleu``.
    """
    groups: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for source, output, reference in zip(sources, outputs, references, strict=True):
        words = min(max(len(source.split()), 1), LONGEST + 1)
        groups[(words - 1) // WIDTH * WIDTH + 1].append((output, reference))
    rows = [
        (
            f"{first}-{first + WIDTH - 1}" if first <= LONGEST else f"{first}+",
            len(pairs),
            BLEU().corpus_score([output for output, _ in pairs], [[reference for _, reference in pairs]]).score,
        )
        for first, pairs in sorted(groups.items())
    ]
    return pd.DataFrame(rows, columns=["source_length", "sentences", "bleu"])


def bleu_summands(outputs: Sequence[str], references: Sequence[str]) -> NDArray[np.float64]:
    """What each sentence adds to the BLEU of a corpus, (N, 10): tokens of output and reference, matches, n-grams."""
    metric = BLEU(effective_order=True)  # as sacrebleu asks of single sentences; the counts are the same without
    scores = (metric.sentence_score(output, [text]) for output, text in zip(outputs, references, strict=True))
    rows = [[score.sys_len, score.ref_len, *score.counts, *score.totals] for score in scores]
    return np.array(rows, np.float64).reshape(-1, 2 + 2 * MAX_NGRAM_ORDER)


def sentence_chrf(outputs: Sequence[str], references: Sequence[str]) -> list[float]:
    """chrF of each output by itself, by the convention of ``translation_scores``."""
    metric = CHRF()
    return [
        metric.sentence_score(output, [reference]).score for output, reference in zip(outputs, references, strict=True)
    ]


def _corpus_metrics() -> dict[str, BLEU | CHRF]:
    return {"bleu": BLEU(), "bleu_lowercase": BLEU(lowercase=True), "chrf": CHRF()}
