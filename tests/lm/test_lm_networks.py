import math
from pathlib import Path

import numpy as np
import pytest
import torch
from gensim.models import KeyedVectors
from safetensors.torch import load_file
from torch import Tensor

from firth.errors import FirthError
from firth.lm.module import window_loss
from firth.lm.networks import FeedForward, LanguageNetwork, Recurrent, detached, initialize_embeddings, load
from firth.params.lm import NETWORKS, Cell, Network


def small(
    network: Network, *, tied: bool = False, layers: int = 2, dropout: float = 0.0, direct: bool = True
) -> LanguageNetwork:
    if network != "feedforward":
        return recurrent(network, tied=tied, layers=layers, dropout=dropout)
    torch.manual_seed(0)
    return FeedForward(
        7,
        embedding_size=4,
        hidden_size=4,
        layers=layers,
        dropout=dropout,
        tied_embeddings=tied,
        context_size=3,
        direct_connections=direct,
    ).double()


def recurrent(cell: Cell, *, tied: bool = False, layers: int = 1, dropout: float = 0.0) -> Recurrent:
    torch.manual_seed(0)
    return Recurrent(
        cell, 7, embedding_size=4, hidden_size=4, layers=layers, dropout=dropout, tied_embeddings=tied
    ).double()


def states(state: object) -> list[Tensor]:
    return list(state) if isinstance(state, tuple) else [state]  # type: ignore[list-item]


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
def test_gradients_are_those_of_finite_differences(network: Network, tied: bool) -> None:
    model = small(network, tied=tied)
    tokens, targets = torch.randint(7, (5, 3)), torch.randint(7, (5, 3))
    window_loss(model, tokens, targets, None)[0].backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        direction = torch.randn_like(weight)
        losses = []
        with torch.no_grad():
            for step in (1e-5, -2e-5):
                weight.add_(direction, alpha=step)
                losses.append(float(window_loss(model, tokens, targets, None)[0]))
            weight.add_(direction, alpha=1e-5)
        slope = (losses[0] - losses[1]) / 2e-5
        assert float((weight.grad * direction).sum()) == pytest.approx(slope, abs=1e-8), name


@pytest.mark.parametrize("network", NETWORKS)
def test_windows_with_carried_state_equal_one_long_pass(network: Network) -> None:
    model, tokens = small(network), torch.randint(7, (9, 2))
    whole, last = model(tokens)
    state, parts = None, []
    for window in tokens.split([4, 1, 4]):  # one of them is shorter than what a feed-forward network sees
        logits, state = model(window, detached(state))
        parts.append(logits)
    torch.testing.assert_close(torch.cat(parts), whole)
    for carried, expected in zip(states(state), states(last), strict=True):
        torch.testing.assert_close(carried, expected)


def test_elman_network_follows_its_equations() -> None:
    model, tokens = recurrent("rnn"), torch.tensor([[2], [5], [2]])
    weights = {name: value.detach() for name, value in model.named_parameters()}
    hidden = torch.zeros(4, dtype=torch.float64)
    for token, logits in zip(tokens[:, 0], model(tokens)[0][:, 0], strict=True):
        new = weights["cells.weight_ih_l0"] @ weights["embedding.weight"][token] + weights["cells.bias_ih_l0"]
        hidden = torch.tanh(new + weights["cells.weight_hh_l0"] @ hidden + weights["cells.bias_hh_l0"])
        torch.testing.assert_close(logits, weights["output.weight"] @ hidden + weights["output.bias"])


def test_feed_forward_network_follows_equation_1_of_bengio_et_al() -> None:
    model, tokens = small("feedforward", layers=1), [2, 5, 2, 6]
    weights = {name: value.detach() for name, value in model.named_parameters()}
    logits = model(torch.tensor(tokens)[:, None])[0][:, 0]  # (4, 7)
    nothing = torch.zeros(2, 4, dtype=torch.float64)  # what stands before the text
    embeddings = torch.cat([nothing, weights["embedding.weight"][tokens]])  # (6, 4)
    for position in range(4):
        x = embeddings[position : position + 3].flatten()  # (12,)
        hidden = torch.tanh(weights["layers.0.bias"] + weights["layers.0.weight"] @ x)
        u, w = weights["output.weight"].split([4, 12], 1)
        torch.testing.assert_close(logits[position], weights["output.bias"] + w @ x + u @ hidden)


def test_a_feed_forward_network_worked_out_by_hand() -> None:
    model = FeedForward(2, embedding_size=1, hidden_size=1, context_size=2, direct_connections=True)
    with torch.no_grad():
        model.embedding.weight.copy_(torch.tensor([[2.0], [3.0]]))
        for name, values in {"weight": [[0.5, -0.25]], "bias": [0.25]}.items():
            getattr(model.layers[0], name).copy_(torch.tensor(values))
        assert model.output.weight is not None
        model.output.weight.copy_(torch.tensor([[1.0, 0.0, 2.0], [-1.0, 1.0, 0.0]]))
        model.output.bias.copy_(torch.tensor([0.5, 0.0]))
    # At first x = (0, 2), and the hidden unit is tanh(0.25 − 0.5); then x = (2, 3), and it is tanh(0.25 + 1 − 0.75).
    first, second = math.tanh(-0.25), math.tanh(0.5)
    expected = torch.tensor([[[first + 4.5, -first]], [[second + 6.5, 2 - second]]])
    torch.testing.assert_close(model(torch.tensor([[0], [1]]))[0], expected)


@pytest.mark.parametrize("direct", [False, True])
def test_a_feed_forward_network_sees_so_many_words_and_no_other(direct: bool) -> None:
    model = small("feedforward", direct=direct)
    tokens = torch.randint(7, (9, 1))
    logits = model(tokens)[0]
    for place in range(9):
        changed = tokens.clone()
        changed[place] = (tokens[place] + 1) % 7
        differs = (model(changed)[0] != logits).any(dim=2).flatten()  # (9,)
        assert differs.nonzero().flatten().tolist() == list(range(place, min(place + 3, 9)))


def test_the_direct_connections_can_be_left_out() -> None:
    without, with_them = small("feedforward", direct=False), small("feedforward", direct=True)
    assert sum(w.numel() for w in with_them.parameters()) - sum(w.numel() for w in without.parameters()) == 7 * 12


def test_a_tied_feed_forward_network_scores_with_its_input_embeddings() -> None:
    model, tokens = small("feedforward", tied=True, layers=1), torch.tensor([[2], [6], [4]])
    features, _ = model.outputs(tokens)
    assert features.shape == (3, 1, 4 + 12)
    assert model.output.projection is not None
    expected = features @ model.output.projection.weight.T @ model.embedding.weight.T + model.output.bias
    torch.testing.assert_close(model(tokens)[0], expected)


def test_forget_gates_of_an_lstm_start_with_bias_one() -> None:
    model = recurrent("lstm")
    with torch.no_grad():
        for name, weight in model.cells.named_parameters():
            if name.startswith("weight"):
                weight.zero_()
        # With the bias of the cell input at tanh(0) nothing comes in, and only the forget gate is left.
        for name in ("bias_ih_l0", "bias_hh_l0"):
            getattr(model.cells, name)[8:12] = 0
        ones = torch.ones(1, 1, 4, dtype=torch.float64)
        _, state = model.outputs(torch.tensor([[3]]), (ones, ones))
    torch.testing.assert_close(states(state)[1], ones / (1 + math.exp(-1)))


def test_tied_embeddings_of_another_size_are_reached_by_a_projection(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = Recurrent("gru", 7, embedding_size=3, hidden_size=5, tied_embeddings=True)
    tokens = torch.tensor([[2], [6], [4]])
    hidden, _ = model.cells(model.embedding(tokens))  # (3, 1, 5)
    assert model.output.projection is not None
    expected = hidden @ model.output.projection.weight.T @ model.embedding.weight.T + model.output.bias
    torch.testing.assert_close(model(tokens)[0], expected)
    model.save(tmp_path)
    torch.testing.assert_close(load(tmp_path)(tokens)[0], expected)


def test_tied_embeddings_are_one_tensor(tmp_path: Path) -> None:
    tied, untied = recurrent("gru", tied=True), recurrent("gru")
    assert sum(w.numel() for w in untied.parameters()) - sum(w.numel() for w in tied.parameters()) == 7 * 4
    tied.save(tmp_path)
    assert [tuple(value.shape) for value in load_file(tmp_path / "weights.safetensors").values()].count((7, 4)) == 1


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_loaded_network_scores_as_the_saved_one_without_dropout(network: Network, tied: bool, tmp_path: Path) -> None:
    model, tokens = small(network, tied=tied, dropout=0.5).float(), torch.randint(7, (6, 2))
    model.save(tmp_path, convention="as written")
    assert torch.equal(load(tmp_path)(tokens)[0], model.eval()(tokens)[0])
    assert '"convention": "as written"' in (tmp_path / "settings.json").read_text()


def test_dropout_leaves_out_inputs_and_outputs_in_training_alone() -> None:
    model, tokens = small("rnn", layers=1, dropout=0.5), torch.zeros(200, 20, dtype=torch.long)
    dropped = (model.outputs(tokens)[0] == 0).double().mean()
    assert float(dropped) == pytest.approx(0.5, abs=0.05)
    assert not (model.eval().outputs(tokens)[0] == 0).any()


def word_vectors(words: dict[str, list[float]]) -> KeyedVectors:
    vectors = KeyedVectors(len(next(iter(words.values()))))
    vectors.add_vectors(list(words), np.array(list(words.values()), np.float32))
    return vectors


def test_embeddings_start_as_word_vectors_by_form_then_lower_case_and_the_rest_random() -> None:
    model = small("rnn")
    before = model.embedding.weight.detach().clone()
    vectors = word_vectors({"cat": [3, 1, -2, 0], "Dog": [1, 1, 1, 1], "dog": [9, -9, 9, -9]})
    tokens = ["<unk>", "<eos>", "Cat", "Dog", "owl", "cat", "fish"]
    assert initialize_embeddings(model, tokens, vectors, "models/svd") == pytest.approx(3 / 7)
    weight = model.embedding.weight.detach()
    assert torch.equal(weight[[0, 1, 4, 6]], before[[0, 1, 4, 6]])
    assert torch.equal(weight[2], weight[5])
    assert float(weight[[2, 3, 5]].std(unbiased=False)) == pytest.approx(0.1 / math.sqrt(3))
    torch.testing.assert_close(weight[5] / weight[3], torch.tensor([3.0, 1, -2, 0], dtype=torch.float64))


def test_vectors_of_another_dimension_are_refused_with_both_numbers() -> None:
    with pytest.raises(FirthError, match=r"lm\.embedding_size = 4, but models/svd/vectors\.txt .* dimension 3"):
        initialize_embeddings(small("rnn"), ["a"] * 7, word_vectors({"a": [1, 2, 3]}), "models/svd/vectors.txt")
