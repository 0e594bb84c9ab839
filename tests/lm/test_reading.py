"""Readers: pieces of a text against the whole of it."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from lm.settings import settings
from numpy.typing import NDArray

from firth.lm import network_reading
from firth.lm.evaluation import nats_per_token
from firth.lm.kneser_ney import train_kneser_ney
from firth.lm.network_reading import NetworkReader
from firth.lm.networks import build
from firth.lm.perplexity import Tally, by_sentence
from firth.lm.reading import NgramReader, Reader
from firth.params.lm import NETWORKS
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, UNK_ID

SIZE = 11
MODELS = [*NETWORKS, "adaptive", "1", "2", "4"]  # networks, and orders of n-gram models


def stream(seed: int, sentences: int = 60) -> TokenStream:
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 9, sentences)
    ids = random.choice([UNK_ID, *range(2, SIZE)], lengths.sum()).astype(np.uint16)
    return TokenStream(ids, np.concatenate([[0], np.cumsum(lengths)]))


def readers(name: str) -> Callable[[], Reader]:
    if name.isdigit():
        model = train_kneser_ney(stream(0), SIZE, int(name))
        return lambda: NgramReader(model)
    torch.manual_seed(1)
    cutoffs = {"adaptive_softmax_cutoffs": [4]} if name == "adaptive" else {}
    network = build("lstm" if name == "adaptive" else name, SIZE, settings(**cutoffs))  # type: ignore[arg-type]
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(3)  # so that what was read makes a difference
    network.lead_in = [3, 5]
    return lambda: NetworkReader(network)


def expected(name: str, reader: Reader, text: TokenStream) -> float:
    """Nats per token as the stages have them."""
    if isinstance(reader, NgramReader):
        return math.log(reader.model.perplexity(text))
    assert isinstance(reader, NetworkReader)
    return nats_per_token(reader.network, text.with_sentence_ends())


def pieces(ids: NDArray, seed: int) -> list[NDArray]:
    cuts = np.sort(np.random.default_rng(seed).choice(np.arange(1, len(ids)), 40, replace=False))
    return np.split(ids, cuts)


@pytest.mark.parametrize("name", MODELS)
def test_a_text_read_in_any_pieces_has_the_perplexity_that_the_stage_reports(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_reading, "WINDOW", 7)
    text = stream(2)
    ids = text.with_sentence_ends()
    start = readers(name)
    whole = start().scores(ids)
    assert -whole.mean() == pytest.approx(expected(name, start(), text), rel=1e-6)
    reader, found, tally = start(), [], Tally()
    for piece in pieces(ids, 3):
        found.append(reader.scores(piece))
        tally.add(piece, found[-1])
    np.testing.assert_allclose(np.concatenate(found), whole, rtol=1e-5, atol=1e-6)
    assert tally.perplexity == pytest.approx(math.exp(expected(name, start(), text)), rel=1e-5)
    known = math.exp(-whole[ids != UNK_ID].mean())
    assert tally.perplexity_of_known == pytest.approx(known, rel=1e-5)
    assert (tally.tokens, tally.unknown) == (len(ids), int((ids == UNK_ID).sum()))


@pytest.mark.parametrize("name", MODELS)
def test_what_may_come_next_is_a_distribution_that_the_scores_come_from(name: str) -> None:
    ids = stream(4, 6).with_sentence_ends()
    start = readers(name)
    scores, reader = start().scores(ids), start()
    for place, token in enumerate(ids):
        found = reader.next_token()
        assert np.exp(found).sum() == pytest.approx(1, abs=1e-5)
        assert found[token] == pytest.approx(scores[place], rel=1e-4)
        reader.read(ids[place : place + 1])
    other = start()
    other.read(ids)
    np.testing.assert_allclose(other.next_token(), reader.next_token(), rtol=1e-4)


def test_an_n_gram_model_begins_each_sentence_anew_and_a_network_does_not() -> None:
    for name, same in (("4", True), ("lstm", False)):
        start = readers(name)
        reader = start()
        first = reader.next_token()
        reader.read(np.array([5, 3, 2, EOS_ID]))
        assert np.allclose(first, reader.next_token()) == same


def test_a_network_s_next_token_is_the_softmax_of_its_forward_pass() -> None:
    reader = readers("gru")()
    assert isinstance(reader, NetworkReader)
    reader.read(np.array([4, 2, 7]))
    with torch.no_grad():
        found, _ = reader.network(torch.tensor([[3], [5], [EOS_ID], [4], [2], [7]]))
    np.testing.assert_allclose(reader.next_token(), found[-1, 0].numpy(), rtol=1e-5)


def test_sums_by_sentence_take_in_its_end() -> None:
    text = TokenStream(np.array([4, 5, 6]), np.array([0, 1, 3]))
    assert by_sentence(text, np.array([1.0, 10, 100, 1000, 10000])).tolist() == [11, 11100]
