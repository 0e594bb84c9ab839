"""A neural language model as a scorer of text (see ``measures.scorer``)."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from firth.kernels.fused_softmax import NO_TARGET
from firth.lm.language_network import LanguageNetwork
from firth.params.lm_params import FeedForwardParams, LmParams
from firth.params.transformer_params import TransformerParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID

WINDOW = 256  # tokens read at once; changes speed alone
PREFIXES_TOGETHER = 256  # sentences, or beginnings of sentences, read in parallel
TOKENS_TOGETHER = 8192  # of sentences of like length in parallel, padding included


class NetworkScorer:
    """Scores one continuous text with a network; the state is carried from sentence to sentence.

    The text starts after the network's warm-up context and one ``<eos>``. Dropout is switched off.

    Attributes
    ----------
    state : after all tokens read.
    last : (1, 1, H) the last layer at the last token read, which predicts the next.
    """

    def __init__(self, network: LanguageNetwork) -> None:
        self.network = network.eval()
        self.state = network.initial_state()
        self.last = self._read_on(np.array([EOS_ID]))

    @torch.no_grad()
    def read(self, ids: NDArray) -> None:
        """Read the next tokens (N,) without scoring them."""
        for window in _windows(ids):
            self.last = self._read_on(window)[-1:]

    @torch.no_grad()
    def score(self, ids: NDArray) -> NDArray[np.float64]:
        """Read the next tokens (N,), one or more; return log P of each, (N,)."""
        scores = []
        for window in _windows(ids):
            hidden = self._predictors(window)  # (T, 1, H)
            losses = self.network.negative_log_likelihood(hidden, self._column(window))  # (T, 1)
            scores.append(-losses.flatten().cpu().double().numpy())
        return np.concatenate(scores)

    @torch.no_grad()
    def score_alternatives(self, ids: NDArray, alternatives: NDArray) -> NDArray[np.float64]:
        """Read the next tokens (N,), one or more; return log P of K words in the place of each token, (N, K)."""
        scores = []
        for window, words in zip(_windows(ids), _windows(alternatives), strict=True):
            log_probabilities = self.network.log_probabilities(self._predictors(window)[:, 0])  # (T, V)
            scores.append(_gathered(log_probabilities, words))
        return np.concatenate(scores)

    @torch.no_grad()
    def next_token(self) -> NDArray[np.float64]:
        """log P of every word as the next token, (V,)."""
        result: NDArray[np.float64] = self.network.log_probabilities(self.last)[0, 0].cpu().double().numpy()
        return result

    @torch.no_grad()
    def score_continuations(self, prefixes: Sequence[NDArray], words: NDArray) -> NDArray[np.float64]:
        """log P of K words (N, K) after each of N prefixes, (N, K).

        Each prefix is a text of its own, after the warm-up context and ``<eos>``. What has been read is ignored.
        """
        scores = []
        for start in range(0, len(prefixes), PREFIXES_TOGETHER):
            batch = slice(start, start + PREFIXES_TOGETHER)
            texts = [torch.from_numpy(np.array([EOS_ID, *prefix])) for prefix in prefixes[batch]]
            tokens = pad_sequence(texts, padding_value=EOS_ID).to(self._device)  # (T, B); padding follows the prefix
            hidden, _ = self.network(tokens, self.network.initial_state(len(texts)))  # (T, B, H)
            ends = torch.tensor([len(text) - 1 for text in texts], device=self._device)  # (B,)
            last = hidden[ends, torch.arange(len(texts), device=self._device)]  # (B, H)
            scores.append(_gathered(self.network.log_probabilities(last), words[batch]))
        return np.concatenate(scores)

    @torch.no_grad()
    def score_sentences(self, sentences: TokenStream) -> NDArray[np.float64]:
        """log P of every token, (tokens + sentences,), in the order of ``sentences.with_sentence_ends()``.

        Each sentence is a text of its own, after the warm-up context and ``<eos>``. What has been read is ignored.
        """
        ids = torch.from_numpy(sentences.with_sentence_ends().astype(np.int64))  # (N,)
        lengths = torch.from_numpy(np.diff(sentences.offsets) + 1)  # (sentences,)
        starts = lengths.cumsum(0) - lengths
        scores = torch.empty(len(ids), dtype=torch.float64)
        for batch in _of_like_length(lengths):
            positions = starts[batch] + torch.arange(int(lengths[batch].max()))[:, None]  # (T, B) among the ids
            is_token = positions < starts[batch] + lengths[batch]
            targets = torch.where(is_token, ids[positions.clamp(max=len(ids) - 1)], NO_TARGET)
            scores[positions[is_token]] = -self._sentence_losses(targets)[is_token]
        return scores.numpy()

    def _sentence_losses(self, targets: Tensor) -> Tensor:
        """−log P of the tokens (T, B) of sentences that are read side by side from their start, on the CPU, float64."""
        tokens = torch.cat([torch.full_like(targets[:1], EOS_ID), targets[:-1]])  # (T, B)
        tokens[tokens == NO_TARGET] = EOS_ID
        state, losses = self.network.initial_state(targets.shape[1]), []
        for window, wanted in zip(tokens.split(WINDOW), targets.split(WINDOW), strict=True):
            hidden, state = self.network(window.to(self._device), state)  # (T, B, H)
            losses.append(self.network.negative_log_likelihood(hidden, wanted.to(self._device)).cpu().double())
        return torch.cat(losses)

    def _predictors(self, ids: NDArray) -> Tensor:
        """Read tokens (T,); return the last layer at the token before each, (T, 1, H)."""
        hidden = torch.cat([self.last, self._read_on(ids)])  # (T + 1, 1, H)
        self.last = hidden[-1:]
        return hidden[:-1]

    @torch.no_grad()
    def _read_on(self, ids: NDArray) -> Tensor:
        """Read tokens (T,) and carry the state; return the last layer, (T, 1, H)."""
        hidden, self.state = self.network(self._column(ids), self.state)
        return hidden

    def _column(self, ids: NDArray) -> Tensor:
        """Ids (T,) as a batch of one text, (T, 1)."""
        return torch.from_numpy(ids.astype(np.int64))[:, None].to(self._device)

    @property
    def _device(self) -> torch.device:
        return self.network.embedding.weight.device


def _windows(values: NDArray) -> Iterator[NDArray]:
    """Consecutive rows, ``WINDOW`` at a time."""
    return (values[start : start + WINDOW] for start in range(0, len(values), WINDOW))


def _of_like_length(lengths: Tensor) -> Iterator[Tensor]:
    """Indices of sentences that are read together, the shortest first: at most ``TOKENS_TOGETHER`` tokens at a time."""
    order = lengths.argsort(stable=True)
    start = 0
    while start < len(order):
        longest = lengths[order[start : start + PREFIXES_TOGETHER]].clamp(max=WINDOW)  # (B,), ascending
        sizes = longest * torch.arange(1, len(longest) + 1)
        count = max(1, int((sizes <= TOKENS_TOGETHER).sum()))
        yield order[start : start + count]
        start += count


def _gathered(log_probabilities: Tensor, words: NDArray) -> NDArray[np.float64]:
    """Of log P (N, V), the entries of K words in each row (N, K)."""
    columns = torch.from_numpy(words.astype(np.int64)).to(log_probabilities.device)  # (N, K)
    result: NDArray[np.float64] = log_probabilities.gather(1, columns).cpu().double().numpy()
    return result


def receptive_field(params: LmParams) -> int | None:
    """The number of tokens that a network's prediction depends on; None if on all before it."""
    match params:
        case FeedForwardParams():
            return params.context_size
        case TransformerParams():
            return 1 + params.layers * (params.context_size - 1)
    return None
