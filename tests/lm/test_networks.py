import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from lm.settings import DROPOUTS, all_dropouts, predictions, settings
from safetensors.torch import load_file
from torch import Tensor

from firth.errors import FirthError
from firth.kernels.fused_softmax import NO_TARGET
from firth.lm.feedforward import FeedForward
from firth.lm.language_network import detached, window_loss
from firth.lm.networks import build, load, network_class
from firth.lm.recurrent import Recurrent
from firth.params.model_names import NETWORKS, Network


def small(network: Network, **changes: Any) -> Any:
    torch.manual_seed(0)
    sizes: dict[str, Any] = {"embedding_size": 4, "hidden_size": 4, "layers": 2, "tied_embeddings": False}
    return build(network, 7, settings(**{**sizes, **changes}).of_network(network)).double()


def states(state: object) -> list[Tensor]:
    return [part for layer in state for part in states(layer)] if isinstance(state, tuple) else [state]  # type: ignore[list-item]


@pytest.mark.parametrize("cutoffs", [[], [2, 4]])
@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
def test_gradients_are_those_of_finite_differences(network: Network, tied: bool, cutoffs: list[int]) -> None:
    model = small(network, tied_embeddings=tied, adaptive_softmax_cutoffs=cutoffs)
    tokens, targets = torch.randint(7, (5, 3)), torch.randint(7, (5, 3))
    window_loss(model, tokens, targets, None)[0].backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        direction = torch.randn_like(weight)
        losses = []
        with torch.no_grad():
            for step in (1e-6, -2e-6):
                weight.add_(direction, alpha=step)
                losses.append(float(window_loss(model, tokens, targets, None)[0]))
            weight.add_(direction, alpha=1e-6)
        slope = (losses[0] - losses[1]) / 2e-6
        assert float((weight.grad * direction).sum()) == pytest.approx(slope, abs=1e-8), name


@pytest.mark.parametrize("network", NETWORKS)
def test_windows_with_carried_state_equal_one_long_pass(network: Network) -> None:
    model, tokens = small(network), torch.randint(7, (9, 2))
    whole, last = predictions(model, tokens)
    state, parts = None, []
    for window in tokens.split([4, 1, 4]):  # one of them is shorter than what a feed-forward network sees
        found, state = predictions(model, window, detached(state))
        parts.append(found)
    torch.testing.assert_close(torch.cat(parts), whole)
    for carried, expected in zip(states(state), states(last), strict=True):
        torch.testing.assert_close(carried, expected)


def test_elman_network_follows_its_equations() -> None:
    model, tokens = small("rnn", layers=1), torch.tensor([[2], [5], [2]])
    weights = {name: value.detach() for name, value in model.named_parameters()}
    hidden = torch.zeros(4, dtype=torch.float64)
    for token, found in zip(tokens[:, 0], predictions(model, tokens)[0][:, 0], strict=True):
        new = weights["layers.0.weight_ih_l0"] @ weights["embedding.weight"][token] + weights["layers.0.bias_ih_l0"]
        hidden = torch.tanh(new + weights["layers.0.weight_hh_l0"] @ hidden + weights["layers.0.bias_hh_l0"])
        scores = weights["output.weight"] @ hidden + weights["output.bias"]
        torch.testing.assert_close(found, scores.log_softmax(0))


def test_feed_forward_network_follows_equation_1_of_bengio_et_al() -> None:
    model, tokens = small("feedforward", layers=1), [2, 5, 2, 6]
    weights = {name: value.detach() for name, value in model.named_parameters()}
    found = predictions(model, torch.tensor(tokens)[:, None])[0][:, 0]  # (4, 7)
    nothing = torch.zeros(2, 4, dtype=torch.float64)  # what stands before the text
    embeddings = torch.cat([nothing, weights["embedding.weight"][tokens]])  # (6, 4)
    for position in range(4):
        x = embeddings[position : position + 3].flatten()  # (12,)
        hidden = torch.tanh(weights["layers.0.bias"] + weights["layers.0.weight"] @ x)
        u, w = weights["output.weight"].split([4, 12], 1)
        torch.testing.assert_close(found[position], (weights["output.bias"] + w @ x + u @ hidden).log_softmax(0))


def test_a_feed_forward_network_worked_out_by_hand() -> None:
    model = FeedForward(
        "feedforward", 2, settings(embedding_size=1, hidden_size=1, tied_embeddings=False, context_size=2)
    )
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
    torch.testing.assert_close(predictions(model, torch.tensor([[0], [1]]))[0], expected.log_softmax(2))


@pytest.mark.parametrize("direct", [False, True])
def test_a_feed_forward_network_sees_so_many_words_and_no_other(direct: bool) -> None:
    model = small("feedforward", direct_connections=direct)
    tokens = torch.randint(7, (9, 1))
    logits = predictions(model, tokens)[0]
    for position in range(9):
        changed = tokens.clone()
        changed[position] = (tokens[position] + 1) % 7
        differs = (predictions(model, changed)[0] != logits).any(dim=2).flatten()  # (9,)
        assert differs.nonzero().flatten().tolist() == list(range(position, min(position + 3, 9)))


def test_the_direct_connections_can_be_left_out() -> None:
    without, with_them = small("feedforward", direct_connections=False), small("feedforward", direct_connections=True)
    assert sum(w.numel() for w in with_them.parameters()) - sum(w.numel() for w in without.parameters()) == 7 * 12


def test_a_tied_feed_forward_network_scores_with_its_input_embeddings() -> None:
    model, tokens = small("feedforward", tied_embeddings=True, layers=1), torch.tensor([[2], [6], [4]])
    features, _ = model(tokens)
    assert features.shape == (3, 1, 4 + 12)
    assert model.output.projection is not None
    expected = features @ model.output.projection.weight.T @ model.embedding.weight.T + model.output.bias
    torch.testing.assert_close(predictions(model, tokens)[0], expected.log_softmax(2))


def test_forget_gates_of_an_lstm_start_with_bias_one() -> None:
    model = small("lstm", layers=1)
    with torch.no_grad():
        for name, weight in model.layers[0].named_parameters():
            if name.startswith("weight"):
                weight.zero_()
        # With the bias of the cell input at tanh(0) nothing comes in, and only the forget gate is left.
        for name in ("bias_ih_l0", "bias_hh_l0"):
            getattr(model.layers[0], name)[8:12] = 0
        ones = torch.ones(1, 1, 4, dtype=torch.float64)
        _, state = model(torch.tensor([[3]]), ((ones, ones),))
    torch.testing.assert_close(states(state)[1], ones / (1 + math.exp(-1)))


def test_tied_embeddings_of_another_size_are_reached_by_a_projection(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = build("gru", 7, settings(embedding_size=3, hidden_size=5).of_network("gru"))
    assert isinstance(model, Recurrent)
    tokens = torch.tensor([[2], [6], [4]])
    hidden, _ = model.layers[0](model.embedding(tokens))  # (3, 1, 5)
    assert model.output.projection is not None
    expected = hidden @ model.output.projection.weight.T @ model.embedding.weight.T + model.output.bias
    torch.testing.assert_close(predictions(model, tokens)[0], expected.log_softmax(2))
    model.save(tmp_path)
    torch.testing.assert_close(predictions(load(tmp_path), tokens)[0], expected.log_softmax(2))


def test_tied_embeddings_are_one_tensor(tmp_path: Path) -> None:
    tied, untied = small("gru", tied_embeddings=True), small("gru")
    assert sum(w.numel() for w in untied.parameters()) - sum(w.numel() for w in tied.parameters()) == 7 * 4
    tied.save(tmp_path)
    assert [tuple(value.shape) for value in load_file(tmp_path / "weights.safetensors").values()].count((7, 4)) == 1


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_loaded_network_scores_as_the_saved_one_without_dropout(network: Network, tied: bool, tmp_path: Path) -> None:
    model, tokens = small(network, tied_embeddings=tied, **all_dropouts(0.5)).float(), torch.randint(7, (6, 2))
    model.warm_up_context = [3, 1, 2]
    model.save(tmp_path, convention="as written")
    loaded = load(tmp_path)
    assert torch.equal(
        predictions(loaded, tokens, loaded.initial_state(2))[0],
        predictions(model.eval(), tokens, model.initial_state(2))[0],
    )
    assert '"convention": "as written"' in (tmp_path / "settings.json").read_text()


SPOILED: list[tuple[str, Any, str]] = [
    ("network", "seq2seq", "no language model is named seq2seq"),
    ("network", "transformer", r"damaged .*params\.context_size: Field required"),
    ("vocabulary_size", 17, r"embedding\.weight is float32 \[7, 4\], but float32 \[17, 4\] by settings\.json"),
    ("vocabulary_size", 10**18, r"damaged .*vocabulary_size: Input should be less than or equal to 1000000"),
    ("vocabulary_size", -1, r"damaged .*vocabulary_size: Input should be greater than or equal to 1"),
    ("warm_up_context", [7], "warm_up_context has ids beyond the vocabulary of 7"),
    ("warm_up_context", "a b", "damaged .*warm_up_context: Input should be a valid array"),
    ("layers", 64, r"layers\.10\.bias_hh_l0 is absent, but float32 \[12\] by settings\.json"),
    ("layers", 10**6, r"damaged .*params\.layers: Input should be less"),
    ("hidden_size", 16_384, r"layers\.0\.bias_hh_l0 is float32 \[12\], but float32 \[49152\] by settings\.json"),
    ("hidden_size", None, r"damaged .*params\.hidden_size: Input should be a valid integer"),
]


@pytest.mark.parametrize(("key", "value", "fault"), SPOILED)
def test_settings_of_another_network_than_the_saved_one_are_refused(
    tmp_path: Path, key: str, value: Any, fault: str
) -> None:
    small("gru").float().save(tmp_path)
    path = tmp_path / "settings.json"
    content = json.loads(path.read_text())
    (content if key in content else content["params"])[key] = value
    path.write_text(json.dumps(content))
    with pytest.raises(FirthError, match=rf"(settings\.json|safetensors): {fault}.*; build it again with `dvc repro"):
        load(tmp_path)


def test_the_settings_of_a_network_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small("gru").float().save(tmp_path)
    names: list[str] = []
    read_bytes = Path.read_bytes

    def noted(path: Path) -> bytes:
        names.append(path.name)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    load(tmp_path)
    assert names == ["settings.json"]


@pytest.mark.parametrize("network", NETWORKS)
def test_adaptive_softmax_is_a_distribution_and_its_loss_is_that_of_its_targets(network: Network) -> None:
    model = small(network, adaptive_softmax_cutoffs=[2, 5, 900])  # a cutoff beyond the vocabulary makes no cluster
    tokens, targets = torch.randint(7, (6, 5)), torch.randint(7, (6, 5))
    targets[0, 0] = NO_TARGET
    found = predictions(model, tokens)[0]
    torch.testing.assert_close(found.exp().sum(2), torch.ones(6, 5).double())
    losses = model.negative_log_likelihood(model(tokens)[0], targets)
    expected = -found.gather(2, targets.clamp(min=0)[..., None])[..., 0]
    expected[0, 0] = 0
    torch.testing.assert_close(losses, expected)


def test_each_dropout_of_a_recurrent_network_is_where_it_belongs() -> None:
    tokens = torch.randint(7, (20, 8))
    for name in DROPOUTS:
        model = small("gru", **{name: 0.5})
        assert not torch.equal(predictions(model, tokens)[0], predictions(model, tokens)[0]), name
        model.eval()
        assert torch.equal(predictions(model, tokens)[0], predictions(model, tokens)[0]), name
        if name == "embedding_dropout":
            model.train()
            embedded = model.embed(tokens)
            for word in range(7):  # a word is there at all its places, or at none
                assert len(embedded[tokens == word].unique(dim=0)) <= 1
        if name == "output_dropout":
            model.train()
            hidden = torch.ones(20, 8, 4)
            dropped = model.output_dropout(hidden)
            assert torch.equal(dropped, dropped[:1].expand(20, 8, 4))


def test_weight_dropout_takes_recurrent_weights_for_a_whole_window() -> None:
    model = small("rnn", layers=1, weight_dropout=0.5)
    weight = model.layers[0].weight_hh_l0.detach().clone()
    tokens = torch.randint(7, (3, 1))
    torch.manual_seed(1)
    hidden, _ = model(tokens)
    torch.manual_seed(1)
    dropped = torch.nn.functional.dropout(weight, 0.5)
    with torch.no_grad():
        model.layers[0].weight_hh_l0.copy_(dropped)
    torch.testing.assert_close(model.eval()(tokens)[0], hidden)
    assert (dropped == 0).any() and not torch.equal(weight, dropped)


def test_the_last_of_several_tied_layers_is_as_long_as_an_embedding() -> None:
    model = small("lstm", hidden_size=6, layers=3, tied_embeddings=True)
    assert [layer.hidden_size for layer in model.layers] == [6, 6, 4]
    assert model.output.projection is None


def test_a_network_of_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no language model is named lstn"):
        network_class("lstn")
