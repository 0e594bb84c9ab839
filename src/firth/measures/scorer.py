"""The interface by which every measure and question uses a language model, n-gram model or network."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firth.text.streams import TokenStream

Floats = NDArray[np.float64]


class Scorer(Protocol):
    """A language model that reads a text from left to right.

    A new scorer stands before the first sentence; ``<eos>`` follows every sentence. ``read``, ``score`` and
    ``score_alternatives`` read on from where the last call ended; into how many pieces a text is cut doesn't matter. A
    scorer keeps the model's context or state and nothing else, so that a text of any length takes constant memory.
    Log-probabilities are in nats.

    ``ngram.ngram_scorer.NgramScorer`` reads each sentence on its own. ``lm.network_scorer.NetworkScorer`` carries the
    state from sentence to sentence. ``measures.dynamic_evaluation.DynamicScorer`` also learns from what it reads.
    """

    def read(self, ids: NDArray) -> None:
        """Read the next tokens (N,) without scoring them."""

    def score(self, ids: NDArray) -> Floats:
        """Read the next tokens (N,), one or more; return log P of each given all before it, (N,)."""

    def score_alternatives(self, ids: NDArray, alternatives: NDArray) -> Floats:
        """Read the next tokens (N,), one or more; return log P of K words (N, K) in the place of each token, (N, K)."""

    def next_token(self) -> Floats:
        """log P of every word as the next token, (V,)."""

    def score_continuations(self, prefixes: Sequence[NDArray], words: NDArray) -> Floats:
        """log P of K words (N, K) after each of N prefixes of sentences, (N, K).

        Each prefix is a text of its own; what has been read before is ignored, and nothing is read.
        """

    def score_sentences(self, sentences: TokenStream) -> Floats:
        """log P of every token, (tokens + sentences,), in the order of ``sentences.with_sentence_ends()``.

        Each sentence is a text of its own; what has been read before is ignored, and nothing is read.
        """
