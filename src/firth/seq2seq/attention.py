"""Attention: for each word that it writes, the decoder attends to all positions of the source.

From the decoder's hidden state h and the encoder's hidden states m₁ … m_S: weights a = softmax(score(h, m)), the
context vector c = Σ a_s m_s, and the attentional layer h̃ = tanh(W [c; h]), from which the word is predicted (Luong et
al. 2015, equations 5 and 7). The attentional layer is not fed back into the recurrence, so that all target positions
are computed at once.

Shapes: S source positions, T target positions, B sentences, H hidden_size.
"""

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from firth.params.task_names import Attention


class Memory(NamedTuple):
    """The encoder's hidden states, to which the decoder attends."""

    values: Tensor  # (S, B, H): m
    keys: Tensor  # (S, B, H): m as the score transforms it, once for all target positions
    real: Tensor  # (S, B) bool: False on padding

    def select(self, sentences: Tensor) -> "Memory":
        """The memory of some sentences, (N,) indices, possibly repeated."""
        return Memory(*(part.index_select(1, sentences) for part in self))


class Score(nn.Module, ABC):
    """The score of a source position given a hidden state of the decoder."""

    @abstractmethod
    def keys(self, values: Tensor) -> Tensor:
        """The part of the score that does not depend on the decoder: m (S, B, H) → (S, B, H)."""

    @abstractmethod
    def forward(self, hidden: Tensor, keys: Tensor) -> Tensor:
        """Hidden states (T, B, H) and keys (S, B, H) → scores (B, T, S)."""


class DotScore(Score):
    """h · m (Luong et al. 2015, equation 8)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()

    def keys(self, values: Tensor) -> Tensor:
        return values

    def forward(self, hidden: Tensor, keys: Tensor) -> Tensor:
        return torch.bmm(hidden.transpose(0, 1), keys.permute(1, 2, 0))


class GeneralScore(DotScore):
    """h · W m (Luong et al. 2015, equation 8)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.weight = nn.Linear(hidden_size, hidden_size, bias=False)
        nn.init.xavier_uniform_(self.weight.weight)

    def keys(self, values: Tensor) -> Tensor:
        keys: Tensor = self.weight(values)
        return keys


class AdditiveScore(Score):
    """v · tanh(U h + W m) (Bahdanau et al. 2015, section A.1.2)."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.of_hidden = nn.Linear(hidden_size, hidden_size, bias=False)
        self.of_values = nn.Linear(hidden_size, hidden_size)
        self.direction = nn.Linear(hidden_size, 1, bias=False)
        for layer in (self.of_hidden, self.of_values, self.direction):
            nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(self.of_values.bias)

    def keys(self, values: Tensor) -> Tensor:
        keys: Tensor = self.of_values(values)
        return keys

    def forward(self, hidden: Tensor, keys: Tensor) -> Tensor:
        queries = self.of_hidden(hidden).transpose(0, 1).unsqueeze(2)  # (B, T, 1, H)
        scores: Tensor = self.direction(torch.tanh(queries + keys.transpose(0, 1).unsqueeze(1))).squeeze(
            -1
        )  # (B, T, S)
        return scores


SCORES: dict[Attention, type[Score]] = {"additive": AdditiveScore, "dot": DotScore, "general": GeneralScore}


class AttentionLayer(nn.Module):
    """Maps hidden states of the decoder to attentional layers."""

    def __init__(self, attention: Attention, hidden_size: int) -> None:
        super().__init__()
        self.score = SCORES[attention](hidden_size)
        self.combine = nn.Linear(2 * hidden_size, hidden_size, bias=False)
        nn.init.xavier_uniform_(self.combine.weight)

    def memory(self, values: Tensor, real: Tensor) -> Memory:
        """The memory of the encoder's top hidden states (S, B, H); ``real``: (S, B) bool, False on padding."""
        return Memory(values, self.score.keys(values), real)

    def weights(self, hidden: Tensor, memory: Memory) -> Tensor:
        """Attention weights of each target position: hidden states (T, B, H) → (B, T, S), 0 on padding."""
        scores = self.score(hidden, memory.keys)
        return scores.masked_fill(~memory.real.T.unsqueeze(1), -torch.inf).softmax(-1)

    def forward(self, hidden: Tensor, memory: Memory) -> Tensor:
        """Hidden states (T, B, H) → attentional layers (T, B, H)."""
        context = torch.bmm(self.weights(hidden, memory), memory.values.transpose(0, 1)).transpose(0, 1)  # (T, B, H)
        return torch.tanh(self.combine(torch.cat([context, hidden], -1)))
