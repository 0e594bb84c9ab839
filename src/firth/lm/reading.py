"""A language model as a reader: it goes through a text piece by piece and knows what may come next.

A reader keeps what its model remembers, and nothing else, so that a text of any length takes constant memory.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firth.lm.kneser_ney import KneserNey
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID

Floats = NDArray[np.float64]


class Reader(Protocol):
    """A language model at some place of a text; a new one stands before its first sentence.

    How the text is cut into pieces changes nothing; ``<eos>`` stands after every sentence.
    """

    def read(self, ids: NDArray) -> None:
        """Read the next tokens (N,)."""

    def scores(self, ids: NDArray) -> Floats:
        """Read the next tokens (N,), one or more; return log P of each after all that stands before it, (N,)."""

    def next_token(self) -> Floats:
        """log P of every token as the next one, (V,)."""


class NgramReader:
    """Reads with an n-gram model, each sentence on its own (see ``kneser_ney.CONVENTION``)."""

    def __init__(self, model: KneserNey) -> None:
        self.model = model
        self.words = np.zeros(0, np.int64)  # of the sentence so far, the last n − 1 at most

    def read(self, ids: NDArray) -> None:
        """Keep the words after the last ``<eos>`` that the model can see."""
        text = np.concatenate([self.words, ids.astype(np.int64)])
        ends = np.flatnonzero(text == EOS_ID)
        sentence = text[ends[-1] + 1 :] if len(ends) else text
        self.words = sentence[max(0, len(sentence) - self.model.order + 1) :]

    def scores(self, ids: NDArray) -> Floats:
        """Score whole sentences; one that goes on gets an end that doesn't count, one begun its last words again.

        After n − 1 words it makes no difference that the model is shown ``<s>`` before them.
        """
        text = np.concatenate([self.words, ids.astype(np.int64), [EOS_ID]])
        is_end = text == EOS_ID
        ends = np.flatnonzero(is_end)
        offsets = np.concatenate([[0], ends - np.arange(len(ends))])
        scores = self.model.log_probabilities(TokenStream(text[~is_end], offsets))
        before = len(self.words)
        self.read(ids)
        return scores[before:-1]

    def next_token(self) -> Floats:
        """The logarithm of the model's distribution; ``<s>`` is beyond its sight after n − 1 words."""
        return np.log(self.model.distribution([self.model.vocabulary_size, *self.words.tolist()]))
