"""An n-gram model as a scorer of text (see ``measures.scorer``)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.ngram.kneser_ney import KneserNey
from firth.ngram.ngram_checks import Floats, Ids
from firth.text.streams import TokenStream, from_sentences
from firth.text.vocabulary import EOS_ID


class NgramScorer:
    """Scores a text with an n-gram model, each sentence on its own (see ``kneser_ney.CONVENTION``).

    Attributes
    ----------
    words : the last words of the present sentence, n − 1 at most: the model's context.
    """

    def __init__(self, model: KneserNey) -> None:
        self.model = model
        self.words = np.zeros(0, np.int64)

    def read(self, ids: NDArray) -> None:
        """Read the next tokens (N,) without scoring them."""
        text = np.concatenate([self.words, ids.astype(np.int64)])
        ends = np.flatnonzero(text == EOS_ID)
        sentence = text[ends[-1] + 1 :] if len(ends) else text
        self.words = sentence[max(0, len(sentence) - self.model.order + 1) :]

    def score(self, ids: NDArray) -> Floats:
        """Read the next tokens (N,), one or more; return log P of each, (N,)."""
        stream, first = self._in_context(ids)
        self.read(ids)
        return self.model.log_probabilities(stream)[first : first + len(ids)]

    def score_alternatives(self, ids: NDArray, alternatives: NDArray) -> Floats:
        """Read the next tokens (N,), one or more; return log P of K words in the place of each token, (N, K)."""
        stream, first = self._in_context(ids)
        self.read(ids)
        return self.model.score_alternatives(stream, first + np.arange(len(ids)), alternatives.astype(np.int64))

    def next_token(self) -> Floats:
        """log P of every word as the next token, (V,)."""
        # After n − 1 words the model doesn't look as far back as <s>, so it may stand before the last of them.
        return np.log(self.model.distribution([self.model.vocabulary_size, *self.words.tolist()]))

    def score_continuations(self, prefixes: Sequence[NDArray], words: NDArray) -> Floats:
        """log P of K words (N, K) after each of N prefixes of sentences, (N, K). What has been read is ignored."""
        ends: Ids = np.cumsum([len(prefix) + 1 for prefix in prefixes]) - 1  # of <eos>, among all tokens
        return self.model.score_alternatives(from_sentences(prefixes), ends, words.astype(np.int64))

    def score_sentences(self, sentences: TokenStream) -> Floats:
        """log P of every token of whole sentences, (tokens + sentences,). What has been read is ignored."""
        return self.model.log_probabilities(sentences)

    def _in_context(self, ids: NDArray) -> tuple[TokenStream, int]:
        """The context and the next tokens as whole sentences, and the index of the first of the tokens among them.

        The last sentence gets an ``<eos>``, which is not scored.
        """
        text = np.concatenate([self.words, ids.astype(np.int64), [EOS_ID]])
        is_end = text == EOS_ID
        ends = np.flatnonzero(is_end)
        offsets = np.concatenate([[0], ends - np.arange(len(ends))])
        return TokenStream(text[~is_end], offsets), len(self.words)
