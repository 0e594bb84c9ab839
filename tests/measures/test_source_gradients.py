"""Attention by position against the layer itself, and gradients against finite differences."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from firth.measures.source_gradients import (
    attention_weights,
    gradient_distribution,
    gradient_norms,
    position_table,
    sentence_table,
    source_length,
)
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention
from firth.seq2seq.encoder_decoder import Configuration, EncoderDecoder
from firth.seq2seq.pairs import PairBatch, Pairs

Settings = Callable[..., Seq2seqParams]
MakePairs = Callable[..., Pairs]
READING = [
    {"reverse_source": False, "bidirectional": False},
    {"reverse_source": True, "bidirectional": False},
    {"reverse_source": False, "bidirectional": True},
]


@pytest.fixture
def batch(pairs: MakePairs) -> PairBatch:
    """Sources of different lengths, without repeated words."""
    return pairs([[3, 4, 5], [6, 7]], [[8, 3], [4, 5, 8]]).batch(np.array([0, 1]))


def network_of(settings: Seq2seqParams, attention: Attention) -> EncoderDecoder:
    torch.manual_seed(4)
    network = EncoderDecoder(Configuration(attention, 9, 9, settings)).double().eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(1.5)
    return network


def losses(network: EncoderDecoder, batch: PairBatch) -> torch.Tensor:
    """−ln p of each label, (T + 1, B)."""
    with torch.no_grad():
        scores = network.decoder.logits(network(batch.source, batch.lengths, batch.target))
    return cross_entropy(scores.permute(0, 2, 1), batch.labels, reduction="none")


def test_the_length_is_the_greatest_even_one_that_is_frequent_or_else_the_commonest(pairs: MakePairs) -> None:
    def length(*lengths: int) -> int | None:
        return source_length(pairs([[3] * size for size in lengths], [[3]] * len(lengths)))

    assert length(2, 4, 4, 5, 5, 5, 6) == 4
    assert length(*[2] * 30, *[4] * 25, *[6] * 24) == 4
    assert length(1, 3, 0) is None
    assert length() is None


def test_gradients_that_vanish_have_no_share() -> None:
    found = gradient_distribution(np.zeros((2, 4)))
    assert np.isnan(found["first_half_share"]) and found["gradient_norm_first"] == 0


@pytest.mark.parametrize("reading", READING)
@pytest.mark.parametrize("attention", ["none", "additive"])
def test_gradients_are_those_of_finite_differences(
    settings: Settings, batch: PairBatch, attention: Attention, reading: dict[str, bool]
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
                        ends.append(losses(network, batch)[:, column])
                        weight[word, unit] -= change
                slopes.append((ends[0] - ends[1]) / (2 * step))
            expected[:, position, column] = torch.stack(slopes).norm(dim=0) * batch.real[:, column]
    assert float(expected.max()) > 0.01
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-7)


def test_attention_weights_are_those_of_the_layer_and_zero_on_padding(settings: Settings, batch: PairBatch) -> None:
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


def test_distribution_over_the_source_is_averaged_over_output_positions() -> None:
    norms = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 0.0, 0.0, 0.0]])
    found = gradient_distribution(norms)
    assert found == {"gradient_norm_first": 2.5, "gradient_norm_last": 2.0, "first_half_share": (0.3 + 1) / 2}


def test_positions_are_rows_counted_from_one() -> None:
    frame = position_table(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    assert frame.columns.tolist() == ["output_position", "source_position", "gradient_norm"]
    assert frame.to_numpy().tolist() == [[1, 1, 1], [1, 2, 2], [1, 3, 3], [2, 1, 4], [2, 2, 5], [2, 3, 6]]


@pytest.mark.parametrize("attention", ["none", "dot"])
def test_example_sentences_have_the_norms_and_weights_of_each_sentence(
    settings: Settings, pairs: MakePairs, attention: Attention
) -> None:
    network = network_of(settings(), attention)
    sources, outputs, words = [[3, 4, 5], [6]], [[8], []], [f"w{token}" for token in range(9)]
    frame = sentence_table(network, sources, outputs, words, words)
    assert frame["sentence"].tolist() == [1] * 6 + [2]
    assert frame["output"].tolist() == ["w8"] * 3 + ["<eos>"] * 4
    assert frame["source"].tolist() == ["w3", "w4", "w5"] * 2 + ["w6"]
    for number, (source, output) in enumerate(zip(sources, outputs, strict=True), start=1):
        rows, alone = frame[frame["sentence"] == number], pairs([source], [output]).batch(np.array([0]))
        labels = len(output) + 1  # an empty target is padded to one position
        np.testing.assert_allclose(rows["gradient_norm"], gradient_norms(network, alone)[:labels].flatten())
        weights = attention_weights(network, alone)
        if weights is None:
            assert rows["attention_weight"].isna().all()
        else:
            np.testing.assert_allclose(rows["attention_weight"], weights[:labels].flatten())
