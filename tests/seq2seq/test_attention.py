import numpy as np
import pytest
import torch

from firth.params.task_names import Attention
from firth.seq2seq.attention import SCORES, AttentionLayer, Memory

LENGTHS = torch.tensor([4, 1, 3])


def layer_and_inputs(attention: Attention) -> tuple[AttentionLayer, torch.Tensor, Memory]:
    """Weights at random; two hidden layers for each of three sentences, of up to four source positions."""
    torch.manual_seed(4)
    layer = AttentionLayer(attention, 5).double()
    for parameter in layer.parameters():
        parameter.data = torch.randn_like(parameter)
    values = torch.randn(4, 3, 5, dtype=torch.float64)
    return layer, torch.randn(2, 3, 5, dtype=torch.float64), layer.memory(values, torch.arange(4)[:, None] < LENGTHS)


def score(attention: Attention, layer: AttentionLayer, hidden: np.ndarray, value: np.ndarray) -> float:
    weights = {name: weight.numpy() for name, weight in layer.score.state_dict().items()}
    if attention == "dot":
        return float(hidden @ value)
    if attention == "general":
        return float(hidden @ weights["weight.weight"] @ value)
    inner = weights["of_hidden.weight"] @ hidden + weights["of_values.weight"] @ value + weights["of_values.bias"]
    return float(weights["direction.weight"][0] @ np.tanh(inner))


@pytest.mark.parametrize("attention", SCORES)
def test_layer_follows_its_equations_position_by_position(attention: Attention) -> None:
    layer, hidden, memory = layer_and_inputs(attention)
    weights, found = layer.weights(hidden, memory).detach().numpy(), layer(hidden, memory).detach().numpy()
    combine = layer.combine.weight.detach().numpy()
    for sentence, length in enumerate(LENGTHS.tolist()):
        values = memory.values[:length, sentence].numpy()
        for position, query in enumerate(hidden[:, sentence].numpy()):
            scores = np.array([score(attention, layer, query, value) for value in values])
            expected = np.exp(scores) / np.exp(scores).sum()
            np.testing.assert_allclose(weights[sentence, position, :length], expected, rtol=1e-10)
            assert (weights[sentence, position, length:] == 0).all()
            top = np.tanh(combine @ np.concatenate([expected @ values, query]))
            np.testing.assert_allclose(found[position, sentence], top, rtol=1e-10)


@pytest.mark.parametrize("attention", SCORES)
def test_what_stands_on_padding_is_never_seen(attention: Attention) -> None:
    layer, hidden, memory = layer_and_inputs(attention)
    changed = memory.values.masked_fill(~memory.real.unsqueeze(-1), 1e6)
    assert torch.equal(layer(hidden, memory), layer(hidden, layer.memory(changed, memory.real)))


def test_sentences_of_a_memory_are_selected_in_any_order() -> None:
    layer, hidden, memory = layer_and_inputs("additive")
    chosen = torch.tensor([2, 0, 2])
    torch.testing.assert_close(layer(hidden[:, chosen], memory.select(chosen)), layer(hidden, memory)[:, chosen])
