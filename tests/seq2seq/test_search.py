from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from firth.params.seq2seq import Seq2seqParams
from firth.seq2seq.data import Pairs
from firth.seq2seq.networks import Configuration, EncoderDecoder, top_hidden
from firth.seq2seq.search import decode_all, greedy_search
from firth.text.vocabulary import EOS_ID

Settings = Callable[..., Seq2seqParams]
MakePairs = Callable[..., Pairs]


def random_network(settings: Seq2seqParams, seed: int) -> EncoderDecoder:
    torch.manual_seed(seed)
    network = EncoderDecoder(Configuration("none", 7, settings)).double()
    for parameter in network.parameters():
        parameter.data = torch.randn_like(parameter) * 1.5
    return network.eval()


def chain(settings: Seq2seqParams) -> EncoderDecoder:
    """A network that says after each word k the word k - 1, down to 3 and then <eos>, whatever it has read before.

    Hidden units stand for words: a unit is near 1 for the word just read and near -1 for others.
    """
    network = EncoderDecoder(Configuration("none", 7, settings))
    for parameter in network.parameters():
        parameter.data.zero_()
    for part in (network.encoder, network.decoder):
        part.embedding.weight.data.copy_(torch.eye(7))
        part.recurrence.get_parameter("weight_ih_l0").data.copy_(20 * torch.eye(7))
        part.recurrence.get_parameter("bias_ih_l0").data.fill_(-10)
    for word, following in ((6, 5), (5, 4), (4, 3), (3, EOS_ID)):
        network.decoder.projection.weight.data[following, word] = 1  # embeddings are one-hot, so this is V
    return network.eval()


def one_by_one(network: EncoderDecoder, source: list[int], max_length: int) -> list[int]:
    """Greedy search of one sentence, the whole prefix read anew for every word."""
    words: list[int] = []
    for _ in range(max_length):
        hidden: Tensor = top_hidden(network.encoder(torch.tensor([source]).T, torch.tensor([len(source)])))
        if words:
            hidden = network(torch.tensor([source]).T, torch.tensor([len(source)]), torch.tensor([words]).T)[-1]
        word = int(network.decoder.logits(hidden)[0].argmax())
        if word == EOS_ID:
            break
        words.append(word)
    return words


def test_hand_built_chain_counts_down_from_the_last_source_word(settings: Settings) -> None:
    network = chain(settings(cell="rnn", embedding_size=7, hidden_size=7))
    source = torch.tensor([[3, 6, 3], [6, 2, 4], [2, 2, 5]])
    assert greedy_search(network, source, torch.tensor([2, 1, 3]), 10) == [[5, 4, 3], [5, 4, 3], [4, 3]]


def test_outputs_stop_at_max_length(settings: Settings) -> None:
    network = chain(settings(cell="rnn", embedding_size=7, hidden_size=7))
    assert greedy_search(network, torch.tensor([[6, 4, 3]]), torch.tensor([1, 1, 1]), 2) == [[5, 4], [3], []]


def test_search_ends_when_every_sentence_has_ended(settings: Settings) -> None:
    network = chain(settings(cell="rnn", embedding_size=7, hidden_size=7))
    calls = []
    network.decoder.recurrence.register_forward_hook(lambda *_: calls.append(1))
    greedy_search(network, torch.tensor([[6, 4]]), torch.tensor([1, 1]), 1000)
    assert len(calls) == 3  # 5, 4, 3; <eos> comes out of the third


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_batched_search_finds_what_one_by_one_finds_in_the_order_of_the_pairs(
    settings: Settings, pairs: MakePairs, cell: str
) -> None:
    random = np.random.default_rng(0)
    sources = [random.integers(3, 7, size=random.integers(1, 6)).tolist() for _ in range(20)]
    lengths = set()
    for seed in range(3):
        network = random_network(settings(cell=cell, reverse_source=True, layers=2), seed)
        expected = [one_by_one(network, source, 6) for source in sources]
        assert decode_all(network, pairs(sources, sources), 7, 6) == expected
        lengths |= {len(output) for output in expected}
    assert len(lengths) > 1


def test_search_leaves_dropout_out_and_the_mode_as_it_was(settings: Settings, pairs: MakePairs) -> None:
    network = random_network(settings(dropout=0.9), 0)
    data = pairs([[3, 4], [5]], [[3], [3]])
    expected = decode_all(network, data, 2, 6)
    network.train()
    assert decode_all(network, data, 2, 6) == expected
    assert network.training
