"""Dynamic evaluation: a network that goes on learning from the text that it is tested on (Krause et al. 2018)."""

import copy
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from firth.lm.language_network import LanguageNetwork, State, detached, window_loss
from firth.lm.network_scorer import NetworkScorer
from firth.lm.text_windows import Windows, equal_lengths, training_columns
from firth.measures.scorer import Floats
from firth.params.dynamic_evaluation_params import DynamicEvaluation
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID

STATISTICS_WINDOWS = 500  # of the training text, over which squared gradients are averaged
EPSILON = 0.001  # added to the root mean squared gradients, in units of their mean


class DynamicScorer:
    """A ``measures.scorer.Scorer`` whose weights take one step on every segment, after scoring it.

    Krause et al. (2018), section 4: a weight θ moves by −η g / (√m + ε) + λ' (θ₀ − θ), where θ₀ is the trained weight,
    g the gradient of the segment's cross-entropy, and m the mean squared gradient on the training text. The decay λ' is
    λ √m over the mean of √m, at most 1. Deviations from the paper: m comes from the first ``STATISTICS_WINDOWS``
    windows of the training text, and √m is in units of its mean over all weights, so that η doesn't depend on the scale
    of the loss.

    The steps are taken on a copy of the network. Segments are counted from the start of the text, whatever the pieces
    in which it is scored.

    Parameters
    ----------
    train : the training text, one stream in reading order, ``<eos>`` after every sentence.
    batch_size : columns in which the training text is read.
    """

    def __init__(self, network: LanguageNetwork, train: NDArray, batch_size: int, settings: DynamicEvaluation) -> None:
        self.network = copy.deepcopy(network).eval()
        self.segment_length = settings.segment_length
        self.weights = [weight for weight in self.network.parameters() if weight.requires_grad]
        self.trained = [weight.detach().clone() for weight in self.weights]  # θ₀
        roots = _root_mean_squared_gradients(self.network, self.weights, train, batch_size, self.segment_length)
        self.rates = [settings.learning_rate / (root + EPSILON) for root in roots]
        self.decays = [(settings.decay * root).clamp(max=1.0) for root in roots]
        self.state: State = self.network.initial_state()
        self.last = EOS_ID  # the last token of the text so far, which the network has not read yet
        self.losses: list[Tensor] = []  # (t,) each, of the tokens of the present segment, with their graph

    def read(self, ids: NDArray) -> None:
        """Read and learn from the next tokens (N,)."""
        if len(ids):
            self.score(ids)

    def score(self, ids: NDArray) -> Floats:
        """Read and learn from the next tokens (N,), one or more; return log P of each before learning, (N,)."""
        return np.concatenate([-losses.double().numpy() for _, losses in self._read_on(ids)])

    def score_alternatives(self, ids: NDArray, alternatives: NDArray) -> Floats:
        """Read and learn from the next tokens (N,); return log P of K words in the place of each token, (N, K)."""
        words = torch.from_numpy(alternatives.astype(np.int64))  # (N, K)
        scores: list[Floats] = []
        start = 0
        for log_probabilities, losses in self._read_on(ids, distributions=True):
            stop = start + len(losses)
            scores.append(log_probabilities.gather(1, words[start:stop]).double().numpy())
            start = stop
        return np.concatenate(scores)

    @torch.no_grad()
    def next_token(self) -> Floats:
        """log P of every word as the next token, (V,)."""
        hidden, _ = self.network(torch.tensor([[self.last]], device=self._device), self.state)  # (1, 1, H)
        result: Floats = self.network.log_probabilities(hidden)[0, 0].cpu().double().numpy()
        return result

    def score_continuations(self, prefixes: Sequence[NDArray], words: NDArray) -> Floats:
        """log P of K words (N, K) after each of N prefixes, (N, K), with the present weights; nothing is learned."""
        return NetworkScorer(self.network).score_continuations(prefixes, words)

    def score_sentences(self, sentences: TokenStream) -> Floats:
        """log P of every token of sentences by themselves, with the present weights; nothing is learned."""
        return NetworkScorer(self.network).score_sentences(sentences)

    def _read_on(self, ids: NDArray, distributions: bool = False) -> Iterator[tuple[Tensor, Tensor]]:
        """Read tokens up to the end of each segment, and take a step there.

        Yields
        ------
        (log_probabilities, losses)
            For T tokens, on the CPU: log P of every word in the place of each token, (T, V), if ``distributions`` are
            asked for and otherwise (T, 0); and −log P of each token, (T,).
        """
        while len(ids):
            room = self.segment_length - sum(map(len, self.losses))
            tokens = torch.tensor([self.last, *ids[:room].tolist()], device=self._device)  # (T + 1,)
            hidden, self.state = self.network(tokens[:-1, None], self.state)  # (T, 1, H)
            losses = self.network.negative_log_likelihood(hidden, tokens[1:, None])[:, 0]  # (T,)
            with torch.no_grad():
                found = (
                    self.network.log_probabilities(hidden[:, 0]) if distributions else hidden.new_empty(len(hidden), 0)
                )
            self.losses.append(losses)
            self.last, ids = int(tokens[-1]), ids[room:]
            if sum(map(len, self.losses)) == self.segment_length:
                self._learn()
            yield found.cpu(), losses.detach().cpu()

    def _learn(self) -> None:
        """Take one step on the segment, and start the next."""
        gradients = torch.autograd.grad(torch.cat(self.losses).mean(), self.weights)
        with torch.no_grad():
            for weight, gradient, rate, decay, trained in zip(
                self.weights, gradients, self.rates, self.decays, self.trained, strict=True
            ):
                weight.add_(decay * (trained - weight)).sub_(rate * gradient)
        self.state, self.losses = detached(self.state), []

    @property
    def _device(self) -> torch.device:
        return self.network.embedding.weight.device


def _root_mean_squared_gradients(
    network: LanguageNetwork, weights: Sequence[Tensor], train: NDArray, batch_size: int, length: int
) -> list[Tensor]:
    """√ of each weight's mean squared gradient on the training text, in units of its mean over all weights."""
    tokens, targets = training_columns(train, min(batch_size, len(train)))  # (L, B) each
    lengths = equal_lengths(len(tokens), length)[:STATISTICS_WINDOWS]
    windows = Windows(tokens, targets, lengths, network.embedding.weight.device)
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
