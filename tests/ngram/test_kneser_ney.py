from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.ngram.discounts import FALLBACK_DISCOUNTS
from firth.ngram.kneser_ney import (
    KneserNey,
    count_ngrams,
    smoothed,
    train_kneser_ney,
)
from firth.text.streams import TokenStream

EOS = 1


def stream_of(sentences: list[list[int]]) -> TokenStream:
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    return TokenStream(np.array([word for sentence in sentences for word in sentence], np.uint16), offsets)


def random_sentences(count: int, vocabulary_size: int, seed: int) -> list[list[int]]:
    generator = np.random.default_rng(seed)
    weights = 1 / np.arange(1, vocabulary_size - 1) ** 1.2
    words = np.array([0, *range(2, vocabulary_size)])[:-1]
    return [generator.choice(words, generator.integers(0, 7), p=weights / weights.sum()).tolist() for _ in range(count)]


class Plain:
    """Chen & Goodman's equations word for word, over dictionaries of tuples."""

    def __init__(self, sentences: list[list[int]], vocabulary_size: int, order: int) -> None:
        self.size, self.order, start = vocabulary_size, order, vocabulary_size
        texts = [[start, *sentence, EOS] for sentence in sentences]
        raw = [
            Counter(tuple(text[i : i + n]) for text in texts for i in range(len(text) - n + 1))
            for n in range(1, order + 1)
        ]
        self.counts = []
        for n in range(1, order + 1):
            if n == order:
                counts = dict(raw[n - 1])
            else:
                preceded = Counter(gram[1:] for gram in raw[n])
                counts = {gram: count if gram[0] == start else preceded[gram] for gram, count in raw[n - 1].items()}
            if n == 1:
                counts.pop((start,))
            self.counts.append(counts)

    def discount(self, n: int, count: int) -> float:
        of = Counter(self.counts[n - 1].values())
        if not (of[1] and of[2] and of[3]):
            return (0.5, 1.0, 1.5)[min(count, 3) - 1]
        y = of[1] / (of[1] + 2 * of[2])
        estimates = [r - (r + 1) * y * of[r + 1] / of[r] for r in (1, 2, 3)]
        return (estimates if min(estimates) > 1e-9 else [0.5, 1.0, 1.5])[min(count, 3) - 1]

    def probability(self, word: int, context: tuple[int, ...]) -> float:
        context = context[max(0, len(context) - self.order + 1) :]
        lower = self.probability(word, context[1:]) if context else 1 / self.size
        n = len(context) + 1
        followers = {gram[-1]: count for gram, count in self.counts[n - 1].items() if gram[:-1] == context}
        if not followers:
            return lower
        total = sum(followers.values())
        left = sum(self.discount(n, count) for count in followers.values()) / total
        own = (followers[word] - self.discount(n, followers[word])) / total if word in followers else 0.0
        return own + left * lower


def test_a_bigram_model_worked_out_by_hand() -> None:
    a, b, c = 2, 3, 4
    model = train_kneser_ney(stream_of([[a, b], [a, b], [a, c]]), 5, 2)
    # Bigram counts 3 2 1 2 1: n1 = 2, n2 = 2, n3 = 1, n4 = 0, so Y = 1/3 and D = 1/3, 3/2, 3.
    # Unigrams are preceded by 1 (a, b, c) or 2 (</s>) different words; no 3, so D = 1/2, 1, 3/2.
    assert model.discounts == [FALLBACK_DISCOUNTS, pytest.approx((1 / 3, 3 / 2, 3))]
    assert model.distribution([]) == pytest.approx([0.1, 0.3, 0.2, 0.2, 0.2])
    assert model.distribution([a]) == pytest.approx([11 / 180, 33 / 180, 22 / 180, 52 / 180, 62 / 180])
    assert model.distribution([b])[EOS] == pytest.approx(0.25 + 0.75 * 0.3)
    scores = model.log_probabilities(stream_of([[a, b]]))
    assert np.exp(scores) == pytest.approx([0.2, 52 / 180, 0.475])
    assert model.size == 6 + 5


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_probabilities_are_those_of_a_plain_implementation(order: int) -> None:
    train, test = random_sentences(120, 9, 1), random_sentences(12, 9, 2)
    model, plain = train_kneser_ney(stream_of(train), 9, order), Plain(train, 9, order)
    expected = [
        plain.probability(word, (9, *sentence[:place]))
        for sentence in test
        for place, word in enumerate([*sentence, EOS])
    ]
    assert np.exp(model.log_probabilities(stream_of(test))) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_counts_up_to_a_higher_order_give_the_same_model(order: int) -> None:
    train, text = stream_of(random_sentences(120, 9, 1)), stream_of(random_sentences(12, 9, 2))
    counts = count_ngrams(train, 9, 6)
    for _ in range(2):  # smoothing leaves the counts as they are
        model, alone = smoothed(counts, order), train_kneser_ney(train, 9, order)
        assert (model.order, model.size, model.discounts) == (order, alone.size, alone.discounts)
        assert (model.log_probabilities(text) == alone.log_probabilities(text)).all()


@pytest.mark.parametrize("order", range(1, 8))
def test_probabilities_sum_to_one_after_seen_and_unseen_contexts(order: int) -> None:
    sentences = random_sentences(200, 12, 3)
    model = train_kneser_ney(stream_of(sentences), 12, order)
    contexts = [[], [12], *([12, *sentence] for sentence in sentences[:20])]
    for context in [*contexts, [11, 11, 11, 11], [12, 11, 10, 11, 10], [11, 2], [0, 0, 0]]:
        distribution = model.distribution(context)
        assert distribution.sum() == pytest.approx(1, abs=1e-12)
        assert (distribution > 0).all()


def test_distribution_and_alternatives_agree_with_the_scores_of_a_text() -> None:
    model = train_kneser_ney(stream_of(random_sentences(200, 12, 3)), 12, 3)
    sentence = [2, 0, 3, 11, 2, 2]
    scores = model.log_probabilities(stream_of([sentence]))
    for place, word in enumerate([*sentence, EOS]):
        assert np.log(model.distribution([12, *sentence[:place]])[word]) == pytest.approx(scores[place])
    text = stream_of([[5, 2], sentence, [3]])  # the sentence's tokens are 3 to 9, <eos> included
    asked = np.array([[word, 5, EOS] for word in [*sentence, EOS]])
    expected = [np.log(model.distribution([12, *sentence[:place]]))[row] for place, row in enumerate(asked)]
    assert model.score_alternatives(text, np.arange(3, 10), asked) == pytest.approx(np.array(expected))
    picked = np.array([8, 3])
    assert (model.score_alternatives(text, picked, asked[picked - 3])[:, 0] == scores[picked - 3]).all()


def test_a_word_that_is_never_seen_has_a_share_of_the_uniform_distribution() -> None:
    model = train_kneser_ney(stream_of([[2, 3], [2, 3], [2, 4]]), 6, 3)
    assert model.distribution([5, 5])[5] == pytest.approx(0.5 / 6)


def test_an_order_longer_than_every_sentence_adds_nothing() -> None:
    sentences = [[2], [3], [2]]
    long, short = (train_kneser_ney(stream_of(sentences), 4, order) for order in (6, 3))
    text = stream_of([[2], [3, 2, 3, 2, 3]])
    assert long.size == short.size
    assert long.distribution([3, 2, 3, 2, 3]) == pytest.approx(short.distribution([2, 3]))
    assert long.log_probabilities(text) == pytest.approx(short.log_probabilities(text))


def test_a_discount_of_zero_leaves_no_word_without_probability() -> None:
    s, c, d, e, f = range(2, 7)
    text = stream_of([[s, c]] * 3 + [[s, d]] * 3 + [[s, e]] * 2 + [[s, f]])
    model = train_kneser_ney(text, 7, 2)
    # Bigram counts 9 3 3 2 1 3 3 2 1: n1 = 2, n2 = 2, n3 = 4, n4 = 0, so Y = 1/3 and D2 = 0.
    # Unigrams are preceded by 1 word, </s> by 4: D = 1/2, 1, 3/2, so P(s) = 7.5/63 and P(</s>) = 21.5/63.
    assert model.discounts == [FALLBACK_DISCOUNTS, FALLBACK_DISCOUNTS]
    assert model.distribution([e])[[s, EOS]] == pytest.approx([0.5 * 7.5 / 63, 0.5 + 0.5 * 21.5 / 63])
    assert np.isfinite(model.log_probabilities(stream_of([[e, s], [0]]))).all()


def test_a_saved_model_scores_as_before(tmp_path: Path) -> None:
    text = stream_of(random_sentences(50, 12, 4))
    model = train_kneser_ney(stream_of(random_sentences(200, 12, 3)), 12, 3)
    model.save(tmp_path)
    loaded = KneserNey.load(tmp_path)
    assert (loaded.log_probabilities(text) == model.log_probabilities(text)).all()
    assert (loaded.order, loaded.size, loaded.discounts) == (model.order, model.size, model.discounts)


def test_empty_text_is_refused() -> None:
    with pytest.raises(FirthError, match="no sentence"):
        train_kneser_ney(stream_of([]), 5, 2)
