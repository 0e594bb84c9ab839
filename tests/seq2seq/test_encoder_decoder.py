import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from torch import Tensor

from firth.errors import FirthError
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention
from firth.seq2seq.encoder_decoder import Configuration, EncoderDecoder, load, load_for, save
from firth.seq2seq.pairs import PairBatch, Pairs
from firth.seq2seq.recurrent_layers import top_hidden
from firth.text.vocabulary import EOS, UNK, Vocabulary, vocabulary_file

Settings = Callable[..., Seq2seqParams]
MakePairs = Callable[..., Pairs]
VOCABULARY_SIZE = 9
CELLS = ["rnn", "gru", "lstm"]
ATTENTIONS = get_args(Attention)
READINGS = [{"reverse_source": False}, {"reverse_source": True}, {"bidirectional": True}]


def build(settings: Seq2seqParams, seed: int = 0, attention: Attention = "none") -> EncoderDecoder:
    torch.manual_seed(seed)
    network = EncoderDecoder(Configuration(attention, VOCABULARY_SIZE, VOCABULARY_SIZE, settings)).double()
    for parameter in network.parameters():  # nothing at zero, so that every weight takes part
        parameter.data = torch.randn_like(parameter) * 0.5
    return network.eval()


def loss_of(network: EncoderDecoder, batch: PairBatch) -> Tensor:
    return network.loss(batch)


def test_first_word_comes_straight_from_the_encoder_state_by_hand(settings: Settings) -> None:
    network = build(settings(cell="rnn"))
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    state = np.zeros(4)
    for token in (5, 3, 7):
        inputs = weights["encoder.embedding.weight"][token]
        state = np.tanh(
            weights["encoder.recurrence.weight_ih_l0"] @ inputs
            + weights["encoder.recurrence.bias_ih_l0"]
            + weights["encoder.recurrence.weight_hh_l0"] @ state
            + weights["encoder.recurrence.bias_hh_l0"]
        )
    output = weights["decoder.embedding.weight"] @ weights["decoder.projection.weight"]  # V, (vocabulary, hidden)
    expected = output @ state + weights["decoder.bias"]

    hidden = network(torch.tensor([[5], [3], [7]]), torch.tensor([3]), torch.tensor([[4]]))
    np.testing.assert_allclose(network.decoder.logits(hidden)[0, 0].detach().numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_one_call_of_the_decoder_equals_a_step_by_step_loop(
    settings: Settings, cell: str, layers: int, attention: Attention
) -> None:
    network = build(settings(cell=cell, layers=layers), attention=attention)
    source, lengths = torch.tensor([[3, 4], [5, 6]]), torch.tensor([2, 2])
    target = torch.tensor([[7, 8], [3, 4], [5, 5]])
    state, memory = network.read(source, lengths)
    expected = [network.decoder.top(top_hidden(state).unsqueeze(0), memory)]
    for words in target:
        hidden, state = network.decoder(words.unsqueeze(0), state)
        expected.append(network.decoder.top(hidden, memory))
    torch.testing.assert_close(network(source, lengths, target), torch.cat(expected))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("attention", ATTENTIONS)
def test_padding_changes_neither_loss_nor_gradient(
    settings: Settings, pairs: MakePairs, cell: str, reading: dict[str, Any], attention: Attention
) -> None:
    network = build(settings(cell=cell, layers=2, **reading), attention=attention)
    data = pairs([[3], [4, 5, 6, 7, 8], [5, 3, 4]], [[7, 8, 3, 4], [6], [5, 5]])
    together = loss_of(network, data.batch(np.arange(3)))
    apart = torch.stack([loss_of(network, data.batch(np.array([position]))) for position in range(3)]).sum()
    torch.testing.assert_close(together, apart)
    for one, other in zip(
        torch.autograd.grad(together, list(network.parameters())),
        torch.autograd.grad(apart, list(network.parameters())),
        strict=True,
    ):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_gradient_of_the_loss_is_right(
    settings: Settings, pairs: MakePairs, cell: str, attention: Attention, bidirectional: bool
) -> None:
    reading = {"bidirectional": bidirectional, "reverse_source": not bidirectional}
    network = build(settings(cell=cell, embedding_size=2, hidden_size=2, **reading), attention=attention)
    batch = pairs([[3, 4, 5], [6]], [[7], [8, 3, 4]]).batch(np.arange(2))
    names = [name for name, _ in network.named_parameters()]

    def loss(*values: Tensor) -> Tensor:
        weights = {f"network.{name}": value for name, value in zip(names, values, strict=True)}
        return torch.func.functional_call(_Loss(network), weights, (batch,))

    inputs = tuple(parameter.detach().clone().requires_grad_() for parameter in network.parameters())
    assert torch.autograd.gradcheck(loss, inputs, fast_mode=True)


class _Loss(torch.nn.Module):
    def __init__(self, network: EncoderDecoder) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: PairBatch) -> Tensor:
        return self.network.loss(batch, label_smoothing=0.1)


def test_label_smoothing_shares_out_part_of_the_target(settings: Settings, pairs: MakePairs) -> None:
    network = build(settings())
    batch = pairs([[3, 4], [5]], [[5, 6], [7]]).batch(np.arange(2))
    top = network(batch.source, batch.lengths, batch.target)
    log_probabilities = network.decoder.logits(top).log_softmax(-1)[batch.real]
    everywhere = -log_probabilities.mean(-1).sum()
    expected = 0.8 * loss_of(network, batch) + 0.2 * everywhere
    torch.testing.assert_close(network.loss(batch, label_smoothing=0.2), expected)


def test_loss_is_the_sum_of_negative_log_probabilities_with_the_sentence_end(
    settings: Settings, pairs: MakePairs
) -> None:
    network = build(settings())
    batch = pairs([[3, 4]], [[5, 6]]).batch(np.arange(1))
    logits = network.decoder.logits(network(batch.source, batch.lengths, batch.target))[:, 0].detach().numpy()
    expected = -sum(row[label] - math.log(np.exp(row).sum()) for row, label in zip(logits, [5, 6, 1], strict=True))
    assert loss_of(network, batch).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("cell", "gate"), [("gru", 1), ("lstm", 1)])
def test_gates_start_out_remembering_and_recurrent_weights_orthogonal(settings: Settings, cell: str, gate: int) -> None:
    network = EncoderDecoder(Configuration("none", VOCABULARY_SIZE, VOCABULARY_SIZE, settings(cell=cell)))
    recurrence = network.decoder.recurrence
    bias = recurrence.get_parameter("bias_ih_l0").detach() + recurrence.get_parameter("bias_hh_l0").detach()
    gates = len(bias) // 4
    assert bias.reshape(gates, 4)[gate].tolist() == [1.0] * 4
    assert bias.abs().sum() == 4
    for matrix in recurrence.get_parameter("weight_hh_l0").detach().reshape(gates, 4, 4):
        torch.testing.assert_close(matrix @ matrix.T, torch.eye(4))


def test_saved_network_is_rebuilt_with_the_same_weights_and_settings(settings: Settings, tmp_path: Path) -> None:
    network = EncoderDecoder(
        Configuration("none", VOCABULARY_SIZE, VOCABULARY_SIZE, settings(cell="lstm", dropout=0.3, layers=2))
    )
    save(network, tmp_path)
    rebuilt = load(tmp_path)
    assert rebuilt.configuration == network.configuration
    assert not rebuilt.training
    for name, value in network.state_dict().items():
        assert torch.equal(rebuilt.state_dict()[name], value)


def test_settings_of_another_network_and_another_vocabulary_are_refused(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "seq2seq-qa-none"
    folder.mkdir()
    save(EncoderDecoder(Configuration("none", 9, 9, settings())), folder)
    path = folder / "settings.json"
    written = path.read_text()
    for old, new, fault in (
        ('"layers": 1', '"layers": 64', r"decoder\.recurrence\.bias_hh_l1 is absent, but float32"),
        ('"source_vocabulary_size": 9', '"source_vocabulary_size": 9000000', r"damaged .*: Input should be less"),
        ('"attention": "none"', '"attention": "dot"', r".* is absent, but float32"),
        ('"attention": "none"', '"attention": "all"', r"damaged .*attention: Input should be 'none'"),
        ('"cell": ', '"cells": ', r"damaged .*settings\.cell: Field required"),
    ):
        assert old in written
        path.write_text(written.replace(old, new))
        with pytest.raises(FirthError, match=rf"(settings\.json|safetensors): {fault}.*`dvc repro seq2seq@qa-none`"):
            load(folder)
    path.write_text(written)
    for side, size in (("source", 9), ("target", 8)):
        tokens = [UNK, EOS, *map(str, range(size - 2))]
        Vocabulary(tokens, [1] * size).save(vocabulary_file(tmp_path, side))
    with pytest.raises(
        FirthError, match="was trained on a vocabulary of 9 tokens, and now there are 8; build it again"
    ):
        load_for(tmp_path, folder)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("reading", READINGS)
def test_a_gpu_gives_pairs_the_loss_that_a_cpu_gives(
    settings: Settings,
    pairs: MakePairs,
    reading: dict[str, Any],
    attention: Attention,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    network = build(settings(**reading), attention=attention).float()
    batch = pairs([[3, 4, 5], [6, 7], [8]], [[5], [4, 3], [7, 6, 5]]).batch(np.arange(3))
    on_cpu = float(network.loss(batch))
    device = torch.device("cuda")
    assert float(network.to(device).loss(batch.to(device))) == pytest.approx(on_cpu, rel=1e-4)
