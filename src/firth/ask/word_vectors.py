"""Trained word vectors: nearest neighbors, similarity and analogies."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors
from numpy.typing import NDArray

from firth.ask.spelling import Spelling
from firth.errors import FirthError, shown
from firth.stored_files import read_json
from firth.text.normalization import normalize
from firth.vectors.keyed_vectors import load_vectors

WITHOUT_COMPANY = "no word stands near it more often than by chance"  # the cause of a zero vector, which is not stored

Ranked = list[tuple[str, float]]  # words with their scores, best first


class WordVectors:
    """One space of word vectors.

    A word that the space lacks is taken as the most frequent word that differs from it in case only. Without such a
    word, every method raises ``FirthError``, which names the words that are spelled alike.

    Attributes
    ----------
    keyed_vectors : gensim's object, for everything else that gensim can do.
    words : in order of frequency.
    """

    def __init__(self, keyed_vectors: KeyedVectors) -> None:
        self.keyed_vectors = keyed_vectors

    @classmethod
    def load(cls, folder: Path) -> "WordVectors":
        """Read ``vectors.bin`` of a model folder.

        Raises
        ------
        FirthError
            If the file doesn't exist or is damaged, or its vectors say nothing: word2vec's where no pair of words was
            left to train on, which are random, or svd's where every one is zero.
        """
        _require_training(folder)
        vectors = load_vectors(folder)
        if not len(vectors):
            raise FirthError(
                f"{folder}: every vector is zero, for no word stands near another more often than by chance; give more "
                f"text or a wider cooccurrence.context_window, then `dvc repro {folder.name}`"
            )
        return cls(vectors)

    @property
    def words(self) -> list[str]:
        return list(self.keyed_vectors.index_to_key)

    def __len__(self) -> int:
        return len(self.keyed_vectors)

    def __contains__(self, word: object) -> bool:
        return word in self.keyed_vectors

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        """The vector of a word, (D,)."""
        (word,) = known_words([word], self._spelling)
        vector: NDArray[np.float32] = self.keyed_vectors[word]
        return vector

    def most_similar(self, word: str, count: int = 10) -> Ranked:
        """The words with the largest cosine to a word, without the word itself."""
        (word,) = known_words([word], self._spelling)
        return [(other, float(cosine)) for other, cosine in self.keyed_vectors.most_similar(word, topn=count)]

    def similarity(self, a: str, b: str) -> float:
        """The cosine of two words."""
        a, b = known_words([a, b], self._spelling)
        return float(self.keyed_vectors.similarity(a, b))

    def analogy(self, a: str, b: str, c: str, count: int = 5) -> dict[str, Ranked]:
        """Answers to a : b = c : ? by 3CosAdd and 3CosMul (see ``measures.analogies``), without a, b and c.

        The score of 3CosAdd is the cosine with the mean of b, c and −a, which ranks words as the sum of cosines does.
        In 3CosMul gensim's ε is 10⁻⁶.
        """
        a, b, c = known_words([a, b, c], self._spelling)
        return {
            "3CosAdd": self.keyed_vectors.most_similar(positive=[b, c], negative=[a], topn=count),
            "3CosMul": self.keyed_vectors.most_similar_cosmul(positive=[b, c], negative=[a], topn=count),
        }

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.words)


def _require_training(folder: Path) -> None:
    """Refuse vectors of word2vec whose training had no pair of words, so that its loss is null."""
    path = folder / "metrics.json"
    metrics = read_json(path, dict[str, Any], folder.name) if path.exists() else {}
    if "train_loss" in metrics and metrics["train_loss"] is None:
        raise FirthError(
            f"{folder}: its vectors are random, for subsampling left no pair of words to train on; raise "
            f"word2vec.subsampling_threshold (0 keeps every word), then `dvc repro {folder.name}`"
        )


def known_words(words: Sequence[str], spelling: Spelling, vocabulary: Spelling | None = None) -> list[str]:
    """The words in the vocabulary's spelling.

    Parameters
    ----------
    spelling : of the words with vectors.
    vocabulary : of these and of words without vectors, for the error.

    Raises
    ------
    FirthError
        One line for each unknown word, with the words that are spelled alike.
    """
    found = {word: spelling.known(normalize(word)) for word in words}
    problems = [
        f"{shown(word)}: has no vector, for {WITHOUT_COMPANY}; ask about another word, or give more text"
        if vocabulary and vocabulary.known(normalize(word))
        else f"{shown(word)}: not in the vocabulary of the word vectors{spelling.advice(word)}"
        for word, known in found.items()
        if known is None
    ]
    if problems:
        raise FirthError("\n".join(problems))
    return [known for word in words if (known := found[word]) is not None]
