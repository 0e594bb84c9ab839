"""n-gram models as scorers, against the model's distribution after each context."""

import numpy as np
import pytest

from firth.ngram.kneser_ney import train_kneser_ney
from firth.ngram.ngram_scorer import NgramScorer
from firth.text.streams import TokenStream, from_sentences
from firth.text.vocabulary import EOS_ID

SIZE = 12


def stream(seed: int, sentences: int) -> TokenStream:
    random = np.random.default_rng(seed)
    return from_sentences([random.choice([0, *range(2, SIZE)], random.integers(0, 8)) for _ in range(sentences)])


TRAIN, TEXT = stream(1, 200), stream(2, 20)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_a_whole_text_has_the_model_s_scores_to_the_last_bit(order: int) -> None:
    model = train_kneser_ney(TRAIN, SIZE, order)
    ids = TEXT.with_sentence_ends()
    assert (NgramScorer(model).score(ids) == model.log_probabilities(TEXT)).all()
    both = np.stack([ids, ids], axis=1)
    assert (NgramScorer(model).score_alternatives(ids, both) == model.log_probabilities(TEXT)[:, None]).all()


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_alternatives_and_continuations_have_the_distribution_after_the_words_of_the_sentence(order: int) -> None:
    model = train_kneser_ney(TRAIN, SIZE, order)
    prefixes = [
        sentence[:place].astype(np.int64) for sentence in TEXT.sentences() for place in range(len(sentence) + 1)
    ]
    words = np.random.default_rng(3).integers(0, SIZE, (len(prefixes), 3))
    expected = [
        np.log(model.distribution([SIZE, *prefix.tolist()]))[row] for prefix, row in zip(prefixes, words, strict=True)
    ]
    ids = TEXT.with_sentence_ends()
    assert NgramScorer(model).score_alternatives(ids, words) == pytest.approx(np.array(expected))
    scorer = NgramScorer(model)
    scorer.read(np.array([5, 3]))  # is ignored
    assert scorer.score_continuations(prefixes, words) == pytest.approx(np.array(expected))
    assert scorer.words.tolist() == [5, 3][max(0, 2 - (order - 1)) :]


def test_each_sentence_starts_anew() -> None:
    scorer = NgramScorer(train_kneser_ney(TRAIN, SIZE, 4))
    first = scorer.next_token()
    scorer.read(np.array([5, 3, 2, EOS_ID]))
    assert (scorer.next_token() == first).all()
