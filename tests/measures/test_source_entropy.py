import math
from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.measures.source_entropy import perplexity_over_source, read_source_nats, source_perplexity
from firth.text.streams import TokenStream

TWO_SENTENCES = TokenStream(np.array([2, 3, 2], np.uint16), np.array([0, 2, 3]))
NATS = -np.log([1 / 8, 1 / 4])


def test_source_perplexity_is_the_geometric_mean_over_words_and_ends() -> None:
    source = source_perplexity(NATS, TWO_SENTENCES)
    assert source == pytest.approx(2)  # a text of probability 1/32, read in 3 + 2 events
    assert perplexity_over_source(3.0, source) == pytest.approx(1.5)


def test_text_with_unknown_words_has_no_source_perplexity() -> None:
    text = TokenStream(np.array([2, 0, 2], np.uint16), np.array([0, 2, 3]))
    assert source_perplexity(NATS, text) is None
    assert perplexity_over_source(3.0, None) is None


def test_log_probabilities_are_read_as_nats(tmp_path: Path) -> None:
    np.save(tmp_path / "valid.npy", -NATS)
    assert read_source_nats(tmp_path / "valid.npy", TWO_SENTENCES).tolist() == NATS.tolist()


@pytest.mark.parametrize(
    ("log_probabilities", "fault"),
    [
        ([-math.log(2)], "1 probabilities for 2 sentences"),
        ([-1, -201], r"sentence 2 has a log-probability of -201"),  # two tokens
        ([0.1, -1], r"sentence 1 has a log-probability of 0\.1"),
        ([-1, math.nan], r"sentence 2 has a log-probability of nan"),
        ([-math.inf, -1], r"sentence 1 has a log-probability of -inf"),
    ],
)
def test_what_no_grammar_gives_is_refused(tmp_path: Path, log_probabilities: list[float], fault: str) -> None:
    path = tmp_path / "valid.npy"
    np.save(path, np.array(log_probabilities, np.float64))
    with pytest.raises(FirthError, match=rf"valid\.npy: {fault}; build it again with `dvc repro download@lm`"):
        read_source_nats(path, TWO_SENTENCES)
