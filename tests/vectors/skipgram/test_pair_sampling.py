import itertools

import numpy as np
import pytest
from vectors.skipgram.test_skipgram_model import settings

from firth.errors import FirthError
from firth.text.streams import TokenStream
from firth.vectors.skipgram.pair_sampling import (
    LONGEST_SENTENCE,
    TrainingText,
    alias_table,
    sentence_spans,
)


@pytest.mark.parametrize("weights", [[1], [1, 1, 1], [0, 0, 5, 1, 1, 93], [0.5, 0.25, 0.125, 0.125]])
def test_an_alias_table_gives_each_word_its_probability(weights: list[float]) -> None:
    probabilities = np.array(weights) / np.sum(weights)
    own_share, other = alias_table(probabilities)
    found = own_share / 2**32 / len(weights)
    np.add.at(found, other, (1 - own_share / 2**32) / len(weights))
    np.testing.assert_allclose(found, probabilities, atol=1e-9)


def test_long_sentences_are_cut_and_empty_ones_are_nothing() -> None:
    starts, stops = sentence_spans(np.array([0, 3, 3, 10, 14]), longest=3)
    assert list(zip(starts.tolist(), stops.tolist(), strict=True)) == [
        (0, 3),
        (3, 6),
        (6, 9),
        (9, 10),
        (10, 13),
        (13, 14),
    ]


def test_parts_cover_all_sentences_in_order_and_hold_about_as_many_words() -> None:
    lengths = np.random.default_rng(0).integers(1, 30, 1000)
    stream = TokenStream(np.full(lengths.sum(), 2), np.concatenate([[0], np.cumsum(lengths)]))
    text = TrainingText.from_stream(stream, np.array([0, 0, 9, 9]), settings())
    cuts = text.cut(100, 900, 7)
    assert (cuts[0], cuts[-1], len(cuts)) == (100, 900, 8)
    words = [lengths[first:last].sum() for first, last in itertools.pairwise(cuts)]
    assert max(words) - min(words) <= 60
    assert text.cut(5, 5, 2).tolist() == [5, 5, 5]


def test_expected_updates_count_pairs_and_negatives() -> None:
    stream = TokenStream(np.tile([2, 3, 2, 2], 50), np.arange(0, 201, 4))
    text = TrainingText.from_stream(stream, np.array([0, 0, 150, 50]), settings(smoothing=1.0))
    words, contexts = text.expected_updates(0, 25, negative_samples=3)  # half the text; windows of 3 words on average
    assert words.tolist() == [0, 0, 225, 75]
    assert contexts.tolist() == [0, 0, 225 + 3 * 0.75 * 300, 75 + 3 * 0.25 * 300]


@pytest.mark.parametrize(
    ("ids", "offsets", "counts"),
    [([2, 2, 2], [0, 3], [0, 1, 3]), ([2, 3], [0, 1, 2], [0, 2, 1, 1]), ([0, 0], [0, 2], [2, 1, 0, 0])],
)
def test_a_text_without_two_different_words_in_a_sentence_is_refused(
    ids: list[int], offsets: list[int], counts: list[int]
) -> None:
    with pytest.raises(FirthError, match="two different words"):
        TrainingText.from_stream(TokenStream(np.array(ids), np.array(offsets)), np.array(counts), settings())


def test_a_text_without_line_breaks_is_cut_into_pieces_that_fit() -> None:
    stream = TokenStream(np.full(5 * LONGEST_SENTENCE + 1, 2), np.array([0, 5 * LONGEST_SENTENCE + 1]))
    text = TrainingText.from_stream(stream, np.array([0, 0, 1, 1]), settings())
    assert (text.stops - text.starts).max() <= LONGEST_SENTENCE
