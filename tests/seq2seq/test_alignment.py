"""Attention by position against the layer itself, and gradients against finite differences."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from firth.params.seq2seq import Attention, Seq2seqParams
from firth.seq2seq.alignment import attention_weights, gradient_norms
from firth.seq2seq.data import Batch, Pairs
from firth.seq2seq.networks import Configuration, EncoderDecoder

Settings = Callable[..., Seq2seqParams]
MakePairs = Callable[..., Pairs]
READING = [
    {"reverse_source": False, "bidirectional": False},
    {"reverse_source": True, "bidirectional": False},
    {"reverse_source": False, "bidirectional": True},
]


@pytest.fixture
def batch(pairs: MakePairs) -> Batch:
    """Sources without a word that comes twice, and of different lengths."""
    return pairs([[3, 4, 5], [6, 7]], [[8, 3], [4, 5, 8]]).batch(np.array([0, 1]))


def network_of(settings: Seq2seqParams, attention: Attention) -> EncoderDecoder:
    torch.manual_seed(4)
    network = EncoderDecoder(Configuration(attention, 9, 9, settings)).double().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(1.5)
    return network


def nats(network: EncoderDecoder, batch: Batch) -> torch.Tensor:
    """−ln p of each label, (T + 1, B)."""
    with torch.no_grad():
        scores = network.decoder.logits(network(batch.source, batch.lengths, batch.target))
    return cross_entropy(scores.permute(0, 2, 1), batch.labels, reduction="none")


@pytest.mark.parametrize("reading", READING)
@pytest.mark.parametrize("attention", ["none", "additive"])
def test_gradients_are_those_of_finite_differences(
    settings: Settings, batch: Batch, attention: Attention, reading: dict[str, bool]
) -> None:
    network = network_of(settings(**reading), attention)
    found = gradient_norms(network, batch)
    weight = network.encoder.embedding.weight
    step, expected = 1e-6, torch.zeros_like(found)
    for column, length in enumerate(batch.lengths.tolist()):
        for position in range(length):
            word = batch.source[position, column]
            slopes = []
            for unit in range(weight.shape[1]):
                ends = []
                for change in (step, -step):
                    with torch.no_grad():
                        weight[word, unit] += change
                        ends.append(nats(network, batch)[:, column])
                        weight[word, unit] -= change
                slopes.append((ends[0] - ends[1]) / (2 * step))
            expected[:, position, column] = torch.stack(slopes).norm(dim=0) * batch.real[:, column]
    assert float(expected.max()) > 0.01
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-7)


def test_attention_is_the_layer_s_and_none_falls_on_padding(settings: Settings, batch: Batch) -> None:
    assert attention_weights(network_of(settings(), "none"), batch) is None
    network = network_of(settings(bidirectional=True), "general")
    caught: list[torch.Tensor] = []
    layer = network.decoder.attention
    assert layer is not None
    layer.score.register_forward_hook(lambda *call: caught.append(call[2].detach()))
    network(batch.source, batch.lengths, batch.target)
    weights = attention_weights(network, batch)
    assert weights is not None
    assert weights.shape == (4, 3, 2)
    torch.testing.assert_close(weights[..., 0], caught[0][0].softmax(-1))
    torch.testing.assert_close(weights[..., 1], torch.cat([caught[0][1, :, :2].softmax(-1), torch.zeros(4, 1)], -1))
