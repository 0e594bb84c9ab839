"""Where gradients in time are measured: at tokens whose sentences reach back far enough."""

import numpy as np
import pytest
import torch
from lm.settings import settings

from firth.lm.networks import build
from firth.lm.recurrent import Recurrent
from firth.measures.gradient_tables import FAR, STEPS, TEXTS, gradient_tables
from firth.text.vocabulary import EOS_ID


def text(*lengths: int) -> np.ndarray:
    """Sentences of so many words, each word with its place in the sentence as its number, from 3 on."""
    return np.concatenate([[*range(3, 3 + length), EOS_ID] for length in lengths])


def elman_network() -> Recurrent:
    network = build("rnn", 40, settings(embedding_size=5, hidden_size=5))
    assert isinstance(network, Recurrent)
    return network


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The texts and the tokens after them for which norms were asked."""
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []

    def norms(network: Recurrent, tokens: torch.Tensor, targets: torch.Tensor, cells: bool = False) -> np.ndarray:
        seen.append((tokens, targets))
        return 1 / (1 + np.arange(STEPS))

    monkeypatch.setattr("firth.measures.gradient_tables.lag_norms", norms)
    return seen


def test_errors_are_followed_from_tokens_whose_sentence_reaches_back_twenty_steps(
    read: list[tuple[torch.Tensor, torch.Tensor]],
) -> None:
    ids = text(*[5, 30, 2] * 40)
    table = gradient_tables({"before": elman_network()}, ids)["gradients"]
    ((tokens, targets),) = read
    assert tokens.shape == (STEPS, TEXTS) and targets.shape == (TEXTS,)
    assert EOS_ID not in tokens[-FAR - 1 :]
    assert (tokens[-1] >= 3 + FAR).all()  # words of the long sentences, 21 or more words after their start
    assert table["within_sentence"].tolist() == [True] * (FAR + 1) + [False] * (STEPS - FAR - 1)
    assert table["remaining_before"][FAR] == pytest.approx(2 / (FAR + 1))


def test_a_text_of_short_sentences_is_measured_as_far_within_them_as_its_length_allows(
    read: list[tuple[torch.Tensor, torch.Tensor]],
) -> None:
    table = gradient_tables({"before": elman_network()}, text(*[3, 6] * 60))["gradients"]
    ((tokens, _),) = read
    assert EOS_ID not in tokens[-5:] and EOS_ID in tokens[-6:]
    assert table["within_sentence"].sum() == 5
