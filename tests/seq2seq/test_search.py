import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import get_args

import numpy as np
import pytest
import torch
from torch import Tensor

from firth.params.search_params import SearchParams
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention
from firth.seq2seq.encoder_decoder import Configuration, EncoderDecoder
from firth.seq2seq.pairs import Pairs
from firth.seq2seq.recurrent_layers import top_hidden
from firth.seq2seq.search import beam_search, decode_all, greedy_search, highest
from firth.text.vocabulary import EOS_ID

Settings = Callable[..., Seq2seqParams]
MakePairs = Callable[..., Pairs]
GREEDY = SearchParams(beam_size=1, length_penalty=0.0, max_length=6)


def random_network(
    settings: Seq2seqParams, seed: int, attention: Attention = "none", scale: float = 1.5
) -> EncoderDecoder:
    torch.manual_seed(seed)
    network = EncoderDecoder(Configuration(attention, 7, 7, settings)).double()
    for parameter in network.parameters():
        parameter.data = torch.randn_like(parameter) * scale
    network.decoder.bias.data[EOS_ID] = scale  # outputs of several lengths
    return network.eval()


def chain(settings: Seq2seqParams) -> EncoderDecoder:
    """A network that writes after each word k the word k - 1, down to 3 and then <eos>, whatever it has read before.

    Hidden units stand for words: a unit is near 1 for the word just read and near -1 for others.
    """
    network = EncoderDecoder(Configuration("none", 7, 7, settings))
    for parameter in network.parameters():
        parameter.data.zero_()
    for part in (network.encoder, network.decoder):
        part.embedding.weight.data.copy_(torch.eye(7))
        part.recurrence.get_parameter("weight_ih_l0").data.copy_(20 * torch.eye(7))
        part.recurrence.get_parameter("bias_ih_l0").data.fill_(-10)
    for word, following in ((6, 5), (5, 4), (4, 3), (3, EOS_ID)):
        network.decoder.projection.weight.data[following, word] = 1  # embeddings are one-hot, so this is V
    return network.eval()


@torch.no_grad()
def log_probabilities(network: EncoderDecoder, source: list[int], outputs: list[list[int]]) -> Tensor:
    """log P of each word of the vocabulary after each beginning of N outputs of length L: (L + 1, N, 7)."""
    sources, lengths = torch.tensor([source] * len(outputs)).T, torch.tensor([len(source)] * len(outputs))
    if outputs[0]:
        top = network(sources, lengths, torch.tensor(outputs).T)
    else:
        state, memory = network.read(sources, lengths)
        top = network.decoder.top(top_hidden(state).unsqueeze(0), memory)
    return network.decoder.logits(top).log_softmax(-1)


def best_of_all(network: EncoderDecoder, source: list[int], max_length: int, length_penalty: float) -> list[int]:
    """The output of the highest score among all outputs; those of one length are read side by side."""
    others = [word for word in range(7) if word != EOS_ID]
    best, best_score = [], -math.inf
    for length in range(max_length + 1):
        outputs = [list(words) for words in product(others, repeat=length)]
        columns = log_probabilities(network, source, outputs).transpose(0, 1).tolist()  # N · (length + 1) · 7
        for words, column in zip(outputs, columns, strict=True):
            labels = words if length == max_length else [*words, EOS_ID]
            total = sum(row[label] for row, label in zip(column, labels, strict=False))
            score = total / ((5 + len(labels)) / 6) ** length_penalty
            if score > best_score:
                best, best_score = words, score
    return best


def one_by_one(network: EncoderDecoder, source: list[int], max_length: int) -> list[int]:
    """Greedy search of one sentence, the whole prefix read anew for every word."""
    words: list[int] = []
    for _ in range(max_length):
        word = int(log_probabilities(network, source, [words])[-1, 0].argmax())
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
    calls.clear()
    found = beam_search(network, torch.tensor([[6, 4]]), torch.tensor([1, 1]), 1000, 2, 0.0)
    assert found == [[5, 4, 3], [3]] and len(calls) < 10


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_batched_search_finds_what_one_by_one_finds_in_the_order_of_the_pairs(
    settings: Settings, pairs: MakePairs, cell: str
) -> None:
    random = np.random.default_rng(0)
    sources = [random.integers(3, 7, size=random.integers(1, 6)).tolist() for _ in range(20)]
    lengths = set()
    for seed in range(3):
        chosen = settings(cell=cell, reverse_source=True, layers=2, batch_size=7)
        network = random_network(chosen, seed)
        expected = [one_by_one(network, source, 6) for source in sources]
        assert decode_all(network, pairs(sources, sources).source, chosen, GREEDY, "32-true") == expected
        lengths |= {len(output) for output in expected}
    assert len(lengths) > 1


@pytest.mark.parametrize("attention", get_args(Attention))
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_one_beam_is_greedy_search(settings: Settings, attention: Attention, cell: str) -> None:
    random = np.random.default_rng(0)
    lengths = torch.tensor(random.integers(1, 6, 30))
    source = torch.tensor(random.integers(3, 7, (5, 30)))
    outputs: list[list[int]] = []
    for seed in range(4):
        network = random_network(settings(cell=cell, layers=2), seed, attention)
        outputs += greedy_search(network, source, lengths, 6)
        assert beam_search(network, source, lengths, 6, 1, 0.7) == outputs[-30:]
    assert len(set(map(len, outputs))) > 2


@pytest.mark.parametrize("attention", ["none", "additive"])
@pytest.mark.parametrize("length_penalty", [0.0, 2.0])
def test_a_beam_as_wide_as_the_space_finds_the_best_of_all(
    settings: Settings, attention: Attention, length_penalty: float
) -> None:
    sources = [[3, 4, 5], [6], [5, 5]]
    source, lengths = torch.tensor([[3, 6, 5], [4, 2, 5], [5, 2, 2]]), torch.tensor([3, 1, 2])
    differs = 0
    for seed in range(6):
        network = random_network(settings(), seed, attention, scale=0.7)
        expected = [best_of_all(network, one, 3, length_penalty) for one in sources]
        assert beam_search(network, source, lengths, 3, 6**3 + 6**2 + 6 + 1, length_penalty) == expected
        differs += greedy_search(network, source, lengths, 3) != expected
    assert differs


@pytest.mark.parametrize("count", [1, 4, 10, 50])
@pytest.mark.parametrize("size", [1, 3, 7, 50, 101, 1000, 7919])
def test_the_highest_scores_are_found_with_their_indices(size: int, count: int) -> None:
    scores = torch.from_numpy(np.random.default_rng(size).permuted(np.tile(np.arange(size), (2, 3, 1)), axis=-1))
    expected = scores.topk(min(count, size))
    found, indices = highest(scores, count)
    assert torch.equal(found, expected.values) and torch.equal(indices, expected.indices)


def test_a_length_penalty_makes_outputs_longer(settings: Settings) -> None:
    random = np.random.default_rng(0)
    source, lengths = torch.tensor(random.integers(3, 7, (3, 40))), torch.full((40,), 3)
    network = random_network(settings(), 1)
    short, long = (sum(map(len, beam_search(network, source, lengths, 6, 4, penalty))) for penalty in (0.0, 2.0))
    assert short < long


def test_sentences_of_a_batch_do_not_change_each_other(settings: Settings, pairs: MakePairs) -> None:
    random = np.random.default_rng(0)
    sources = [random.integers(3, 7, size=random.integers(1, 6)).tolist() for _ in range(25)]
    outputs: list[list[int]] = []
    three = GREEDY.model_copy(update={"beam_size": 3})
    for seed in range(4):
        network = random_network(settings(), seed, "general")
        together, alone = (
            decode_all(network, pairs(sources, sources).source, settings(batch_size=size), three, "32-true")
            for size in (25, 1)
        )
        assert together == alone
        outputs += alone
    assert len(set(map(len, outputs))) > 1


def test_search_leaves_dropout_out_and_the_mode_as_it_was(settings: Settings, pairs: MakePairs) -> None:
    network = random_network(settings(dropout=0.9), 0)
    sources = pairs([[3, 4], [5]], [[3], [3]]).source
    expected = decode_all(network, sources, settings(), GREEDY, "32-true")
    network.train()
    assert decode_all(network, sources, settings(), GREEDY, "32-true") == expected
    assert network.training


def test_search_is_in_the_precision_that_is_asked_for(settings: Settings, pairs: MakePairs) -> None:
    network = random_network(settings(), 0, "additive").float()
    kinds = []
    network.decoder.projection.register_forward_hook(lambda *parts: kinds.append(parts[-1].dtype))
    sources = pairs([[3, 4], [5]], [[3], [3]]).source
    for precision in ("32-true", "bf16-mixed"):
        decode_all(network, sources, settings(), GREEDY, precision)
    assert set(kinds) == {torch.float32, torch.bfloat16}


def test_batches_side_by_side_leave_new_threads_the_number_of_threads_that_they_had(
    settings: Settings, pairs: MakePairs
) -> None:
    def of_a_new_thread() -> int:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(torch.get_num_threads).result()

    sources = pairs([[3, 4], [5], [6, 6, 6]], [[3], [3], [3]]).source
    before = of_a_new_thread(), torch.get_num_threads()
    decode_all(random_network(settings(), 0), sources, settings(batch_size=1), GREEDY, "32-true")
    assert (of_a_new_thread(), torch.get_num_threads()) == before
