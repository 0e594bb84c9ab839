"""The training text of skip-gram, and the distributions of subsampled words and of negatives."""

from dataclasses import dataclass

import numpy as np

from firth.errors import FirthError
from firth.params.word2vec_params import Word2vecParams
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID, UNK_ID
from firth.vectors.subsampling import keep_probabilities

LONGEST_SENTENCE = 1000  # longer ones are cut, so that a text without line breaks has pieces of this size


@dataclass(frozen=True)
class TrainingText:
    """A text, and the distributions from which skip-gram samples.

    Attributes
    ----------
    ids : (tokens,) memory-mapped.
    starts, stops : (sentences,) int64: each sentence, or piece of a long one, is ``ids[start:stop]``.
    keep : (V,) float64: the probability that an occurrence of a word is kept.
    noise : (V,) float64: the noise distribution.
    pairs : (V,) float64: expected pairs of each word in an epoch, sentence borders neglected.
    """

    ids: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    keep: np.ndarray
    noise: np.ndarray
    pairs: np.ndarray

    @classmethod
    def from_stream(cls, stream: TokenStream, counts: np.ndarray, params: Word2vecParams) -> "TrainingText":
        """The text of a stream, with the counts (V,) of its words; ``<unk>`` and ``<eos>`` are never sampled.

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
        window = params.context_window + 1  # expected contexts of a word: sizes are uniform on 1 … context_window
        return cls(stream.ids, starts, stops, keep, noise / noise.sum(), known * keep * window)

    def cut(self, first: int, last: int, parts: int) -> np.ndarray:
        """Borders that split the sentences ``first`` … ``last`` − 1 into parts of about equal size: (parts + 1,)."""
        ends = np.cumsum(self.stops[first:last] - self.starts[first:last])
        words = ends[-1] if len(ends) else 0
        inner = first + np.searchsorted(ends, words * np.arange(1, parts) / parts)
        return np.array([first, *inner, last])

    def expected_updates(self, first: int, last: int, negative_samples: int) -> tuple[np.ndarray, np.ndarray]:
        """Expected number of pairs in the sentences ``first`` … ``last`` − 1 that update each word and context vector.

        (V,) each; each of a pair's negatives counts as a pair of that context vector.
        """
        words = (self.stops[first:last] - self.starts[first:last]).sum()
        pairs = self.pairs * (words / (self.stops - self.starts).sum())
        return pairs, pairs + negative_samples * self.noise * pairs.sum()


def alias_table(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A table for sampling from a distribution in constant time (Vose 1991).

    Draw a cell uniformly; its word is the sample with probability ``own_share / 2^32``, otherwise ``other[cell]`` is.

    Parameters
    ----------
    probabilities : (V,), with sum 1.

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
    """Probabilities times 2^32, rounded, uint64: a uniform 32-bit integer is below with that probability."""
    return np.rint(probabilities * 2**32).astype(np.uint64)


def sentence_spans(offsets: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Starts and stops of the sentences, int64; those longer than ``longest`` are cut into pieces."""
    lengths = np.diff(offsets)
    pieces = -(-lengths // longest)
    sentence = np.repeat(np.arange(len(lengths)), pieces)
    piece = np.arange(len(sentence)) - (np.cumsum(pieces) - pieces)[sentence]
    starts = offsets[:-1][sentence] + piece * longest
    return starts, np.minimum(starts + longest, offsets[1:][sentence])
