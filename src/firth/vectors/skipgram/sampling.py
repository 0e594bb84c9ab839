"""What skip-gram draws from: the words that subsampling leaves, and the noise that they are told from."""

from dataclasses import dataclass

import numpy as np

from firth.errors import FirthError
from firth.params.word2vec import Word2vecParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, UNK_ID
from firth.vectors.subsampling import keep_probabilities

LONGEST_SENTENCE = 1000  # longer ones are cut, so that texts without line breaks are learned from in pieces too


@dataclass(frozen=True)
class TrainingText:
    """A text and the distributions that skip-gram draws from.

    Attributes
    ----------
    ids : (tokens,) memory-mapped.
    starts, stops : (sentences,) int64: where each sentence, or piece of a long one, lies in ``ids``.
    keep : (V,) float64: the probability that an occurrence of a word is kept.
    noise : (V,) float64: the noise distribution.
    pairs : (V,) float64: the pairs of each word in an epoch, in expectation, were sentences endless.
    """

    ids: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    keep: np.ndarray
    noise: np.ndarray
    pairs: np.ndarray

    @classmethod
    def of(cls, stream: TokenStream, counts: np.ndarray, params: Word2vecParams) -> "TrainingText":
        """The text of a stream, with the counts (V,) of its words; ``<unk>`` and ``<eos>`` are never drawn.

        Raises
        ------
        FirthError
            If no sentence has two words that are in the vocabulary, or all of them are the same word.
        """
        known = np.asarray(counts, dtype=np.float64).copy()
        known[[UNK_ID, EOS_ID]] = 0
        starts, stops = sentence_spans(np.asarray(stream.offsets), LONGEST_SENTENCE)
        if np.count_nonzero(known) < 2 or not (stops - starts >= 2).any():
            raise FirthError(
                "word2vec: the text needs two different words of the vocabulary in one sentence; "
                "lower tokens.embeddings.min_count or use more text"
            )
        keep = np.where(known > 0, keep_probabilities(known, params.subsampling_threshold), 0.0)
        noise = known**params.smoothing
        window = params.context_window + 1  # words in one, on average: it reaches from 1 to context_window to each side
        return cls(stream.ids, starts, stops, keep, noise / noise.sum(), known * keep * window)

    def cut(self, first: int, last: int, parts: int) -> np.ndarray:
        """Where to cut the sentences ``first`` to ``last`` into parts of about as many words: (parts + 1,) numbers."""
        ends = np.cumsum(self.stops[first:last] - self.starts[first:last])
        words = ends[-1] if len(ends) else 0
        inner = first + np.searchsorted(ends, words * np.arange(1, parts) / parts)
        return np.array([first, *inner, last])

    def expected_updates(self, first: int, last: int, negative_samples: int) -> tuple[np.ndarray, np.ndarray]:
        """How many pairs change each word's vector in the sentences ``first`` to ``last``, and its context vector.

        In expectation, (V,) each; a pair's negatives count as pairs of theirs.
        """
        words = (self.stops[first:last] - self.starts[first:last]).sum()
        pairs = self.pairs * (words / (self.stops - self.starts).sum())
        return pairs, pairs + negative_samples * self.noise * pairs.sum()


def alias_table(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A table to draw from a distribution in constant time (Vose 1991).

    Draw a cell of the table evenly; take it with probability ``own_share / 2^32``, else the word in ``other``.

    Parameters
    ----------
    probabilities : (V,), which add up to 1.

    Returns
    -------
    own_share : (V,) uint64. other : (V,) int32.
    """
    size = len(probabilities)
    share = probabilities * size
    own, other = np.ones(size), np.arange(size, dtype=np.int32)
    small, large = np.flatnonzero(share < 1).tolist(), np.flatnonzero(share >= 1).tolist()
    while small and large:
        poor, rich = small.pop(), large[-1]
        own[poor], other[poor] = share[poor], rich
        share[rich] -= 1 - share[poor]
        if share[rich] < 1:
            small.append(large.pop())
    return as_bits(own), other


def as_bits(probabilities: np.ndarray) -> np.ndarray:
    """Probabilities as the number of 32-bit integers that fall below, uint64."""
    return np.rint(probabilities * 2**32).astype(np.uint64)


def sentence_spans(offsets: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Starts and stops of the sentences, those longer than ``longest`` in pieces."""
    lengths = np.diff(offsets)
    pieces = -(-lengths // longest)
    sentence = np.repeat(np.arange(len(lengths)), pieces)
    piece = np.arange(len(sentence)) - (np.cumsum(pieces) - pieces)[sentence]
    starts = offsets[:-1][sentence] + piece * longest
    return starts, np.minimum(starts + longest, offsets[1:][sentence])
