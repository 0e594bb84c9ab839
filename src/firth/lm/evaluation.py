"""What a trained network makes of a text: perplexity, probabilities of given words, dynamic evaluation."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from firth.lm.data import Windows, equal_lengths, training_columns, validation_columns
from firth.lm.module import window_loss
from firth.lm.network import LanguageNetwork, State, detached
from firth.params.lm import DynamicEvaluation
from firth.text.vocabulary import EOS_ID

CONVENTION = (
    "one stream a split: sentences in order, <eos> after each predicted and counted, the first token predicted from "
    "<eos> and the state after the last tokens of the training text, the state carried to the end, no token left out; "
    "perplexity = exp(nats per token)"
)
WINDOW = 1024
SCORED_TOGETHER = 256
LEAD_IN = 64  # tokens
STATISTICS_WINDOWS = 500  # of the training text, from which dynamic evaluation learns how large gradients are
SMALLEST_ROOT = 0.001  # ε, beside roots of mean squared gradients in units of their mean


def lead_in(train: NDArray) -> list[int]:
    """What a trained network reads before every text: the last tokens of the training text, but for its ``<eos>``."""
    tokens: list[int] = train[:-1][-LEAD_IN:].tolist()
    return tokens


def nats_per_token(network: LanguageNetwork, ids: NDArray, window: int = WINDOW) -> float:
    """Cross-entropy of a text under ``CONVENTION``; ``window`` is how much is read at a time and changes nothing.

    Parameters
    ----------
    ids : one stream in reading order, ``<eos>`` after every sentence.
    """
    with torch.no_grad():
        losses = [
            float(network.nats(hidden, targets).double().sum()) for hidden, targets in _read(network, ids, window)
        ]
    return float(np.sum(losses)) / len(ids)


@torch.no_grad()
def score_stream(network: LanguageNetwork, ids: NDArray, words: NDArray) -> NDArray[np.float64]:
    """log P of K words at each of N places of a text, (N, K), each after all that stands before; see ``CONVENTION``."""
    scores, start = [], 0
    for hidden, _ in _read(network, ids, WINDOW):
        asked = torch.from_numpy(words[start : start + len(hidden)].astype(np.int64)).to(hidden.device)  # (T, K)
        scores.append(network.log_probabilities(hidden[:, 0]).gather(1, asked).cpu().double().numpy())
        start += len(hidden)
    return np.concatenate(scores)


@torch.no_grad()
def score_next(network: LanguageNetwork, prefixes: Sequence[NDArray], words: NDArray) -> NDArray[np.float64]:
    """log P(word | prefix), (N, K), of K words after each of N beginnings of a text, ``<eos>`` before each."""
    network.eval()
    device = network.embedding.weight.device
    scores = []
    for start in range(0, len(prefixes), SCORED_TOGETHER):
        rows = [torch.from_numpy(np.array([EOS_ID, *prefix])) for prefix in prefixes[start : start + SCORED_TOGETHER]]
        tokens = pad_sequence(rows, padding_value=EOS_ID).to(device)  # (T, B); what follows a prefix can't change it
        hidden, _ = network.outputs(tokens, network.start(len(rows)))  # (T, B, H)
        ends = torch.tensor([len(row) - 1 for row in rows], device=device)
        last = hidden[ends, torch.arange(len(rows), device=device)]  # (B, H)
        found = network.log_probabilities(last).double()  # (B, V)
        asked = torch.from_numpy(words[start : start + SCORED_TOGETHER].astype(np.int64)).to(device)  # (B, K)
        scores.append(found.gather(1, asked).cpu().numpy())
    return np.concatenate(scores)


def dynamic_nats_per_token(
    network: LanguageNetwork, ids: NDArray, train: NDArray, batch_size: int, settings: DynamicEvaluation
) -> float:
    """Cross-entropy of a text while the network goes on learning from it (Krause et al. 2018, section 4).

    Each segment is scored before the weights take a step on it. A weight θ moves by −η g / (√m + ε) + λ' (θ₀ − θ): m is
    its mean squared gradient in training, and λ' the decay λ times √m over the mean of √m, at most 1. Deviations from
    the paper: m comes from the first ``STATISTICS_WINDOWS`` windows of the training text, and √m is in units of its
    mean over all weights, so that η doesn't depend on the scale of the loss. The network is as it was afterwards.

    Parameters
    ----------
    ids, train : streams in reading order, ``<eos>`` after every sentence.
    batch_size : columns of the training text that are read side by side.
    """
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    trained = [weight.detach().clone() for weight in weights]
    roots = _gradient_roots(network, weights, train, batch_size, settings.segment_length)
    rates = [settings.learning_rate / (root + SMALLEST_ROOT) for root in roots]
    decays = [(settings.decay * root).clamp(max=1.0) for root in roots]
    nats = 0.0
    for hidden, targets in _read(network, ids, settings.segment_length):
        loss = network.nats(hidden, targets).sum()
        nats += float(loss.detach())
        gradients = torch.autograd.grad(loss / len(targets), weights)
        with torch.no_grad():
            for weight, gradient, rate, decay, start in zip(weights, gradients, rates, decays, trained, strict=True):
                weight.add_(decay * (start - weight)).sub_(rate * gradient)
    with torch.no_grad():
        for weight, start in zip(weights, trained, strict=True):
            weight.copy_(start)
    return nats / len(ids)


def _gradient_roots(
    network: LanguageNetwork, weights: Sequence[Tensor], train: NDArray, batch_size: int, length: int
) -> list[Tensor]:
    """√ of each weight's mean squared gradient on the training text, in units of its mean over all weights."""
    network.eval()
    device = network.embedding.weight.device
    tokens, targets = training_columns(train, min(batch_size, len(train)))
    windows = Windows(tokens, targets, equal_lengths(len(tokens), length)[:STATISTICS_WINDOWS], device)
    sums = [torch.zeros_like(weight) for weight in weights]
    state: State = None
    for index in range(len(windows)):
        loss, state = window_loss(network, *windows[index], state)
        state = detached(state)
        for total, gradient in zip(sums, torch.autograd.grad(loss, weights), strict=True):
            total.addcmul_(gradient, gradient)
    roots = [(total / len(windows)).sqrt() for total in sums]
    mean = sum(float(root.double().sum()) for root in roots) / sum(root.numel() for root in roots)
    return [root / mean for root in roots]


def _read(network: LanguageNetwork, ids: NDArray, length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The last layer (T, 1, H) over a text and the targets (T, 1), window by window; the state is carried, detached."""
    network.eval()
    tokens, targets = validation_columns(ids, 1)
    windows = Windows(tokens, targets, equal_lengths(len(ids), length), network.embedding.weight.device)
    state = network.start()
    for index in range(len(windows)):
        window, following = windows[index]
        hidden, state = network.outputs(window, state)
        state = detached(state)
        yield hidden, following
