"""The paired bootstrap on made outputs."""

from typing import Any

import numpy as np
import pytest
import sacrebleu
from sacrebleu.metrics.bleu import BLEU

from firth.measures.bleu import bleu_summands
from firth.measures.paired_bootstrap import difference_interval, resampled_sums, score, score_interval
from firth.measures.scored_items import ScoredItems, digest, share_items

WORDS = np.array(["the", "a", "dog", "cat", "doctor", "teacher", "eats", "sees", "near", "red", "old", "apple"])


def sentences(count: int) -> list[list[str]]:
    random = np.random.default_rng(1)
    return [random.choice(WORDS, random.integers(6, 12)).tolist() for _ in range(count)]


def with_faults(references: list[list[str]], each: int, first: int = 0) -> list[str]:
    """The references with a wrong word in every ``each``-th sentence."""
    chosen = range(first, len(references), each)
    return [" ".join([*words[:3], "x", *words[4:]] if n in chosen else words) for n, words in enumerate(references)]


def bleu_items(outputs: list[str], references: list[str]) -> ScoredItems:
    return ScoredItems(bleu_summands(outputs, references), digest(references))


def test_a_tenth_of_a_bleu_point_is_noise_and_three_points_are_not() -> None:
    texts = sentences(400)
    references = [" ".join(words) for words in texts]
    before, scattered, better = with_faults(texts, 4), with_faults(texts, 4, first=1), with_faults(texts, 6)
    bleu, other, higher = (
        sacrebleu.corpus_bleu(outputs, [references]).score for outputs in (before, scattered, better)
    )
    assert other - bleu == pytest.approx(0.1, abs=0.05)
    assert higher - bleu == pytest.approx(3, abs=0.5)
    one = bleu_items(before, references)
    low, high = difference_interval("test_bleu", one, bleu_items(scattered, references)) or (1, 1)
    assert low < 0 < high
    low, high = difference_interval("test_bleu", one, bleu_items(better, references)) or (0, 0)
    assert 0 < low < higher - bleu < high


def test_an_interval_is_that_of_samples_drawn_one_by_one() -> None:
    random = np.random.default_rng(2)
    one, other = (share_items(random.random(50) < share, map(str, range(50))) for share in (0.5, 0.8))
    drawn = []
    for _ in range(4000):
        chosen = [random.integers(50) for _ in range(50)]
        drawn.append(other.summands[chosen, 0].mean() - one.summands[chosen, 0].mean())
    expected = sorted(drawn)[100], sorted(drawn)[-101]
    assert difference_interval("test_exact_match", one, other) == pytest.approx(expected, abs=0.03)


def test_pairs_that_differ_alike_have_a_narrow_interval_however_much_items_vary() -> None:
    nats, tokens = np.random.default_rng(3).gamma(2, 20, 200), np.full(200, 10.0)
    one, other = (ScoredItems(np.stack([values, tokens], 1), "") for values in (nats, nats * 0.99))
    low, high = difference_interval("test_perplexity", one, other) or (1, 1)
    assert high < 0 < low + 6
    alone = np.percentile(score("test_perplexity", resampled_sums(one.summands)), [2.5, 97.5])
    assert high - low < 0.1 * (alone[1] - alone[0])


def test_other_texts_and_no_texts_have_no_interval() -> None:
    items = share_items(np.ones(3), "abc")
    assert difference_interval("test_exact_match", items, share_items(np.ones(3), "abd")) is None
    empty = share_items(np.ones(0), "")
    assert difference_interval("test_exact_match", empty, empty) is None


def test_bleu_is_a_function_of_the_sums_over_sentences() -> None:
    outputs, references = ["Le chat mange.", "Il", "Il dort dans la rue."], ["Le chat mange.", "Il va", "Il dort ici."]
    for count in (1, 2, 3):  # "Il" has no bigram; the sentence that sacrebleu smooths is among them
        expected = sacrebleu.corpus_bleu(outputs[:count], [references[:count]]).score
        sums = bleu_summands(outputs[:count], references[:count]).sum(axis=0, keepdims=True)
        assert score("test_bleu", sums) == pytest.approx(expected, rel=1e-12)
    assert bleu_summands([], []).shape == (0, 10)


def test_interval_of_one_score_is_as_wide_as_that_of_sacrebleu() -> None:
    texts = sentences(300)
    references = [" ".join(words) for words in texts]
    outputs = with_faults(texts, 3)
    low, high = score_interval("test_bleu", bleu_items(outputs, references))
    expected: Any = BLEU().corpus_score(outputs, [references], n_bootstrap=1000)
    assert low is not None and high is not None
    assert (low + high) / 2 == pytest.approx(expected._mean, abs=0.2)
    assert (high - low) / 2 == pytest.approx(expected._ci, rel=0.15)


def test_no_items_have_no_interval() -> None:
    assert score_interval("test_bleu", bleu_items([], [])) == (None, None)
