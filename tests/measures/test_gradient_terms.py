"""The terms of one gradient against autograd's, by a network whose other steps are cut off one after another."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from lm.settings import settings

from firth.lm.networks import build
from firth.lm.recurrent import RECURRENT_WEIGHT, Recurrent
from firth.measures import gradient_terms
from firth.measures.gradient_terms import chosen_sentence, term_table
from firth.measures.gradients_in_time import Unrolled, unrolled
from firth.text.streams import TokenStream

WORDS = ["<unk>", "<eos>", "a", "b", "c", "d", "."]


def stream(*sentences: list[int]) -> TokenStream:
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    return TokenStream(np.concatenate([np.array(sentence, np.uint16) for sentence in sentences]), offsets)


def elman_network() -> Recurrent:
    torch.manual_seed(4)
    network = build("rnn", len(WORDS), settings(embedding_size=5, hidden_size=5)).double()
    assert isinstance(network, Recurrent)
    return network


def test_terms_are_the_gradients_of_a_matrix_of_its_own_for_each_step() -> None:
    network, text = elman_network(), stream([5, 4, 3], [2, 3, 4, 5, 6], [3, 6])
    table = term_table({"before": network, "after": network}, text, WORDS)
    assert table is not None
    layer = network.layers[0]
    shared = layer.get_parameter(RECURRENT_WEIGHT).detach()
    _, state = network(torch.tensor([[5], [4], [3], [1]]))  # the sentence before and its end
    assert isinstance(state, tuple) and isinstance(state[0], torch.Tensor)
    hidden = state[0][0].detach()  # (1, H)
    matrices = [shared.clone().requires_grad_() for _ in range(3)]
    for token, matrix in zip((2, 3, 4), matrices, strict=True):
        new = network.embedding.weight[token] @ layer.get_parameter("weight_ih_l0").T
        biases = layer.get_parameter("bias_ih_l0") + layer.get_parameter("bias_hh_l0")
        hidden = torch.tanh(new + hidden @ matrix.T + biases)
    loss = network.negative_log_likelihood(hidden[None], torch.tensor([[5]])).sum()  # d, the last word
    expected = [float(gradient.norm()) for gradient in torch.autograd.grad(loss, matrices)]
    for when, rows in table.groupby("when"):
        assert when in ("before", "after")
        assert rows["lag"].tolist() == [0, 1, 2] and rows["position"].tolist() == [3, 2, 1]
        assert rows["token"].tolist() == ["c", "b", "a"] and set(rows["target"]) == {"d"}
        assert rows["norm"].tolist() == pytest.approx(expected[::-1])
        assert rows["sum_equals_autograd"].all()


def test_terms_that_do_not_add_up_to_autograd_are_recorded_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*arguments: Any) -> Unrolled:
        return replace(unrolled(*arguments), autograd_difference=1e-6)

    monkeypatch.setattr(gradient_terms, "unrolled", wrong)
    table = term_table({"before": elman_network()}, stream([5, 4, 3], [2, 3, 4, 5, 6]), WORDS)
    assert table is not None and not table["sum_equals_autograd"].any()


def test_sentence_is_the_first_of_the_longest_that_a_figure_has_room_for() -> None:
    assert chosen_sentence(stream([2] * 12, [2] * 4, [2] * 13, [3] * 11, [4] * 11)) == 3
    assert chosen_sentence(stream([2] * 12)) is None
    assert chosen_sentence(stream([2] * 4, [2] * 2, [2] * 13)) is None
    assert term_table({"before": elman_network()}, stream([2] * 12), WORDS) is None


def test_error_is_that_of_the_last_token_where_the_sentence_has_no_word() -> None:
    table = term_table({"before": elman_network()}, stream([2], [6, 6, 6]), WORDS)
    assert table is not None and set(table["target"]) == {"."} and table["token"].tolist() == [".", "."]
