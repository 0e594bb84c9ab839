"""Trained word vectors: nearest neighbors, similarity and analogies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firth.ask.asked_numbers import verify_at_least
from firth.ask.spelling import Spelling
from firth.errors import FirthError, shown
from firth.measures.analogy_formulas import nearness, three_cos_add, three_cos_mul
from firth.stored_files import read_json_object
from firth.text.normalization import normalize
from firth.vectors.keyed_vectors import keyed_vectors, load_vectors

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

WITHOUT_COMPANY = "no word stands near it more often than by chance"  # the cause of a zero vector, which is not stored

Ranked = list[tuple[str, float]]  # words with their scores, best first


class WordVectors:
    """One space of word vectors.

    A word that the space lacks is taken as the most frequent word that differs from it in case only. Without such a
    word, every method raises ``FirthError``, which names the words that are spelled alike.

    Parameters
    ----------
    words : (V,) in order of frequency.
    vectors : (V, D) float32, none of them zero.
    """

    def __init__(self, words: list[str], vectors: NDArray[np.float32]) -> None:
        self.words, self.vectors = words, vectors
        self._index = {word: row for row, word in enumerate(words)}

    @classmethod
    def load(cls, folder: Path) -> WordVectors:
        """Read ``vectors.bin`` of a model folder.

        Raises
        ------
        FirthError
            If the file doesn't exist or is damaged, or its vectors say nothing: word2vec's where no pair of words was
            left to train on, which are random, or svd's where every one is zero.
        """
        _require_training(folder)
        words, vectors = load_vectors(folder)
        if not words:
            raise FirthError(
                f"{folder}: every vector is zero, for no word stands near another more often than by chance; give more "
                f"text or a wider cooccurrence.context_window, then `dvc repro {folder.name}`"
            )
        return cls(words, vectors)

    @cached_property
    def keyed_vectors(self) -> KeyedVectors:
        """gensim's object, for everything else that gensim can do."""
        return keyed_vectors(self.words, self.vectors)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._index

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        """The vector of a word, (D,)."""
        (row,) = self._rows(word)
        return self.vectors[row]

    def most_similar(self, word: str, count: int = 10) -> Ranked:
        """The words with the largest cosine to a word, without the word itself; errors as for ``analogy``."""
        rows = self._rows(word)
        return self._best(self._unit @ self._unit[rows[0]], rows, count)

    def similarity(self, a: str, b: str) -> float:
        """The cosine of two words."""
        first, second = self._unit[self._rows(a, b)]
        return float(first @ second)

    def analogy(self, a: str, b: str, c: str, count: int = 5) -> dict[str, Ranked]:
        """Answers to a : b = c : ? by 3CosAdd and 3CosMul (see ``measures.analogy_formulas``), without a, b and c.

        The score of 3CosAdd is the cosine with b + c − a, which ranks words as the sum of cosines does.

        Raises
        ------
        FirthError
            If a word has no vector, or ``count`` is below 1.
        """
        rows = self._rows(a, b, c)
        cosines = self._unit[rows] @ self._unit.T  # (3, V)
        length = np.linalg.norm(self._unit[rows[1]] + self._unit[rows[2]] - self._unit[rows[0]])
        added = three_cos_add(*cosines) / max(length, np.finfo(np.float32).tiny)
        multiplied = three_cos_mul(*nearness(cosines))
        return {"3CosAdd": self._best(added, rows, count), "3CosMul": self._best(multiplied, rows, count)}

    def _rows(self, *words: str) -> list[int]:
        return [self._index[word] for word in known_words(words, self._spelling)]

    def _best(self, scores: NDArray[np.floating], excluded: list[int], count: int) -> Ranked:
        """The words with the highest scores (V,), the more frequent ones first among equals."""
        verify_at_least(1, count=count)
        left_out = set(excluded)
        order = np.argsort(-scores, kind="stable")[: count + len(left_out)].tolist()
        return [(self.words[row], float(scores[row])) for row in order if row not in left_out][:count]

    @cached_property
    def _unit(self) -> NDArray[np.float32]:
        """The vectors, of length 1."""
        unit: NDArray[np.float32] = self.vectors / np.linalg.norm(self.vectors, axis=1, keepdims=True)
        return unit

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.words)


def _require_training(folder: Path) -> None:
    """Refuse vectors of word2vec whose training had no pair of words, so that its loss is null."""
    path = folder / "metrics.json"
    metrics = read_json_object(path, folder.name) if path.exists() else {}
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
