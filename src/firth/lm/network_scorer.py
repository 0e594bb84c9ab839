"""A neural language model as a scorer of text (see ``measures.scorer``)."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from firth.lm.language_network import LanguageNetwork
from firth.text.vocabulary import EOS_ID

WINDOW = 256  # tokens read at once; changes speed alone
PREFIXES_TOGETHER = 256  # read in parallel


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


def _gathered(log_probabilities: Tensor, words: NDArray) -> NDArray[np.float64]:
    """Of log P (N, V), the entries of K words in each row (N, K)."""
    columns = torch.from_numpy(words.astype(np.int64)).to(log_probabilities.device)  # (N, K)
    result: NDArray[np.float64] = log_probabilities.gather(1, columns).cpu().double().numpy()
    return result
