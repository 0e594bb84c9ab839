"""Perplexity and its convention: which tokens are counted, and what each is predicted from.

Perplexity is exp(cross-entropy), the cross-entropy being the mean of −log P(token) over the tokens of a text, in nats.
Figures can be compared only where the same tokens are counted:

- Every token of the text is counted, ``<unk>`` among them; none is dropped at the end of the text.
- One ``<eos>`` is predicted and counted after every sentence, as by KenLM (whose ``</s>`` is our ``<eos>``) and on the
  Penn Treebank by Mikolov et al. (2010) and Zaremba et al. (2014).
- Blank lines are skipped: they are no sentences and have no ``<eos>``. KenLM skips nothing: its ``query`` scores a
  blank line as an empty sentence, one ``</s>``. AWD-LSTM (Merity et al. 2017), and published figures on WikiText that
  follow its code, count one ``<eos>`` for every line, blank lines included. These are easy to predict, so that the same
  model has a lower perplexity there than here. The Penn Treebank has no blank lines.
- Networks read a text as one stream in one column, and the state is carried from sentence to sentence, as by Mikolov,
  Zaremba and Merity et al. n-gram models read each sentence on its own, as KenLM does.
- A network predicts the first token from ``<eos>``, read after its warm-up context (the last tokens of its training
  text). The literature starts from a zero state; in a whole test set the difference is not seen, in one sentence it is
  large.

Perplexities per token of two segmentations can't be compared, since there are more characters than words to predict.
The negative log-likelihood of the same text can, divided by the same units: ``word_perplexity`` is per word,
``character_perplexity`` per character, ``bits_per_character`` the logarithm of that to base 2. Words are those of the
rule in ``text.tokenizer`` (of tokenized text, what stands between spaces), characters those of ``text.characters``,
spaces included; the ``<eos>`` of a sentence counts as one word and as one character. For a model of words,
``word_perplexity`` is the perplexity. A model of words gives all rare words the one token ``<unk>``, which is easier to
predict than their spelling: the comparison flatters it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError
from firth.measures.scorer import Floats, Scorer
from firth.text.streams import TokenStream
from firth.text.vocabulary import UNK_ID


@dataclass
class RunningTotals:
    """Sums over a text that is scored piece by piece; ``unknown`` counts the tokens ``<unk>``."""

    tokens: int = 0
    negative_log_likelihood: float = 0.0
    unknown: int = 0
    unknown_negative_log_likelihood: float = 0.0

    def add(self, ids: NDArray, scores: Floats) -> None:
        """Include more tokens (N,), ``<eos>`` among them, with log P of each (N,)."""
        unknown = ids == UNK_ID
        self.tokens += len(ids)
        self.negative_log_likelihood -= float(scores.sum())
        self.unknown += int(unknown.sum())
        self.unknown_negative_log_likelihood -= float(scores[unknown].sum())

    @classmethod
    def of(cls, ids: NDArray, scores: Floats) -> "RunningTotals":
        """The sums over tokens (N,), ``<eos>`` among them, with log P of each (N,)."""
        totals = cls()
        totals.add(ids, scores)
        return totals

    @property
    def cross_entropy(self) -> float:
        """Nats per token."""
        return self.negative_log_likelihood / self.tokens

    @property
    def perplexity(self) -> float:
        """exp(cross-entropy)."""
        return float(np.exp(self.cross_entropy))

    @property
    def perplexity_without_unknown(self) -> float:
        """Perplexity over all tokens except ``<unk>``, which is easier to predict than the rare words it replaces."""
        known = self.negative_log_likelihood - self.unknown_negative_log_likelihood
        return float(np.exp(known / (self.tokens - self.unknown)))


@dataclass(frozen=True)
class TextLength:
    """How many words and how many characters a text has, one of each counted for the ``<eos>`` of every sentence."""

    words: int
    characters: int

    def __add__(self, other: "TextLength") -> "TextLength":
        return TextLength(self.words + other.words, self.characters + other.characters)


def unit_perplexities(negative_log_likelihood: float, length: TextLength) -> dict[str, float]:
    """``word_perplexity``, ``character_perplexity`` and ``bits_per_character`` of a text.

    Parameters
    ----------
    negative_log_likelihood : of the whole text, in nats.
    """
    by_word, by_character = negative_log_likelihood / length.words, negative_log_likelihood / length.characters
    return {
        "word_perplexity": float(np.exp(by_word)),
        "character_perplexity": float(np.exp(by_character)),
        "bits_per_character": by_character / math.log(2),
    }


def cross_entropy(scorer: Scorer, ids: NDArray) -> float:
    """Cross-entropy of a text in nats per token, under this module's convention.

    Parameters
    ----------
    scorer : new, or one that has read the text before.
    ids : (N,) one stream in reading order, ``<eos>`` after every sentence.

    Raises
    ------
    FirthError
        If the text is empty.
    """
    if len(ids) == 0:
        raise FirthError("validation or test text: no sentence to score; give a longer text")
    return RunningTotals.of(ids, scorer.score(ids)).cross_entropy


def perplexity(scorer: Scorer, ids: NDArray) -> float:
    """exp(cross-entropy) of a text; see ``cross_entropy``."""
    return float(np.exp(cross_entropy(scorer, ids)))


def by_sentence(stream: TokenStream, values: NDArray) -> NDArray:
    """Sums by sentence, (sentences,), of one value for each token, in the order of ``stream.with_sentence_ends()``."""
    return np.add.reduceat(values, stream.offsets[:-1] + np.arange(len(stream)))
