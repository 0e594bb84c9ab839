"""Running sums over a text that is scored piece by piece."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.lm.reading import Floats
from firth.text.streams import TokenStream
from firth.text.vocabulary import UNK_ID


@dataclass
class Tally:
    """What a model made of a text so far; ``unknown`` tokens are those that it reads as ``<unk>``."""

    tokens: int = 0
    nats: float = 0.0
    unknown: int = 0
    unknown_nats: float = 0.0

    def add(self, ids: NDArray, scores: Floats) -> None:
        """Count more tokens (N,), ``<eos>`` among them, with log P of each (N,)."""
        unknown = ids == UNK_ID
        self.tokens += len(ids)
        self.nats -= float(scores.sum())
        self.unknown += int(unknown.sum())
        self.unknown_nats -= float(scores[unknown].sum())

    @property
    def nats_per_token(self) -> float:
        """The cross-entropy."""
        return self.nats / self.tokens

    @property
    def perplexity(self) -> float:
        """exp(nats per token)."""
        return float(np.exp(self.nats_per_token))

    @property
    def perplexity_of_known(self) -> float:
        """The same over all tokens but ``<unk>``, which is easier to guess than the words that it stands for."""
        return float(np.exp((self.nats - self.unknown_nats) / (self.tokens - self.unknown)))


def by_sentence(stream: TokenStream, values: NDArray) -> NDArray:
    """Sums (sentences,) of one value a token, in the order of ``stream.with_sentence_ends()``."""
    return np.add.reduceat(values, stream.offsets[:-1] + np.arange(len(stream)))
