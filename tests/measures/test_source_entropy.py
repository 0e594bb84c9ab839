import math

import numpy as np
import pytest

from firth.errors import FirthError
from firth.measures.source_entropy import perplexity_over_source, source_perplexity
from firth.text.streams import TokenStream

TWO_SENTENCES = TokenStream(np.array([2, 3, 2], np.uint16), np.array([0, 2, 3]))


def test_source_perplexity_is_the_geometric_mean_over_words_and_ends() -> None:
    source = source_perplexity(np.log([1 / 8, 1 / 4]), TWO_SENTENCES, "x")
    assert source == pytest.approx(2)  # a text of probability 1/32, read in 3 + 2 events
    assert perplexity_over_source(3.0, source) == pytest.approx(1.5)


def test_text_with_unknown_words_has_no_source_perplexity() -> None:
    text = TokenStream(np.array([2, 0, 2], np.uint16), np.array([0, 2, 3]))
    assert source_perplexity(np.log([1 / 8, 1 / 4]), text, "x") is None
    assert perplexity_over_source(3.0, None) is None


def test_one_probability_a_sentence_is_demanded() -> None:
    with pytest.raises(FirthError, match=r"valid\.npy: 1 probabilities for 2 sentences"):
        source_perplexity(np.array([-math.log(2)]), TWO_SENTENCES, "valid.npy")


def test_probabilities_that_no_grammar_gives_are_refused() -> None:
    with pytest.raises(
        FirthError, match=r"valid\.npy: 2e\+05 nats per token; build it again with `dvc repro download@lm`"
    ):
        source_perplexity(np.array([-1.0, -1e6]), TWO_SENTENCES, "valid.npy")
