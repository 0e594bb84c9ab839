"""Steps of decoding against the search itself, and the texts of example sentences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from firth.measures.example_outputs import decoding_steps, example_outputs
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention
from firth.seq2seq.encoder_decoder import Configuration, EncoderDecoder
from firth.seq2seq.pairs import source_columns
from firth.seq2seq.search import greedy_search
from firth.text.streams import from_sentences

Settings = Callable[..., Seq2seqParams]
WORDS = ["<unk>", "", "<pad>", *(f"w{token}" for token in range(3, 9))]
LONGEST = 6


def network_of(settings: Seq2seqParams, attention: Attention) -> EncoderDecoder:
    torch.manual_seed(4)
    network = EncoderDecoder(Configuration(attention, 9, 9, settings)).eval()
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(3)
    return network


def searched(network: EncoderDecoder, sources: list[list[int]], max_length: int) -> list[list[int]]:
    found = (source_columns(from_sentences([source]), np.array([0])) for source in sources)
    return [greedy_search(network, columns, lengths, max_length)[0] for columns, lengths in found]


@pytest.mark.parametrize("attention", ["none", "dot"])
def test_greedy_search_writes_the_first_token_of_each_step(settings: Settings, attention: Attention) -> None:
    network, sources = network_of(settings(), attention), [[3, 4, 5], [6], [7, 8]]
    outputs = searched(network, sources, LONGEST)
    frame = decoding_steps(network, sources, outputs, WORDS, LONGEST)
    for number, output in enumerate(outputs, start=1):
        first = frame[(frame["sentence"] == number) & (frame["rank"] == 1)]
        expected = [*(WORDS[token] for token in output), "<eos>"][:LONGEST]
        assert first["token"].tolist() == expected
        assert first["step"].tolist() == [*range(1, len(expected) + 1)]


def test_probabilities_are_those_of_the_decoder_run_step_by_step(settings: Settings) -> None:
    network, source, output = network_of(settings(), "none"), [3, 4], [5, 8]
    frame = decoding_steps(network, [source], [output], WORDS, LONGEST)
    state = network.encoder(*source_columns(from_sentences([source]), np.array([0])))
    assert isinstance(state, torch.Tensor)
    for step, token in enumerate([*output, None], start=1):
        logits = network.decoder.logits(state[-1, 0])
        scores = (logits.exp() / logits.exp().sum()).tolist()
        likeliest = sorted(range(9), key=lambda token: -scores[token])[:3]
        rows = frame[frame["step"] == step]
        np.testing.assert_allclose(rows["probability"], [scores[token] for token in likeliest], rtol=1e-4)
        if token is not None:
            state = network.decoder(torch.tensor([[token]]), state)[1]
            assert isinstance(state, torch.Tensor)


@pytest.mark.parametrize(
    ("changes", "direction", "size"),
    [
        ({}, "forwards", 4),
        ({"reverse_source": True, "layers": 2}, "backwards", 8),
        ({"bidirectional": True, "cell": "lstm"}, "both", 8),
    ],
)
def test_an_example_has_its_texts_and_lengths(
    settings: Settings, changes: dict[str, Any], direction: str, size: int
) -> None:
    network = network_of(settings(**changes), "none")
    state = network.read(torch.tensor([[3]]), torch.tensor([1]))[0]
    parts = state if isinstance(state, tuple) else (state,)
    assert size == sum(part.numel() for part in parts)
    frame = example_outputs(
        network,
        ["a zebra !", ""],
        [[5, 8], []],
        lambda text: ([3, 0, 4], ["zebra"]) if text else ([], []),
        lambda ids: " ".join(WORDS[token] for token in ids),
    )
    assert frame.to_dict("split")["data"] == [
        [1, "a zebra !", "w5 w8", "zebra", 3, 2, direction, size],
        [2, "", "", "", 0, 0, direction, size],
    ]
