"""Subject–verb agreement across distractors (Linzen et al. 2016): does a model prefer the verb form that agrees?"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError
from firth.text.tokenizer import tokenize_line
from firth.text.vocabulary import Vocabulary

COLUMNS = ("prefix", "correct", "wrong", "distractors", "controls")


@dataclass(frozen=True)
class Item:
    """A sentence up to its verb, the verb's right and wrong form, and the nouns that stand between subject and verb.

    ``distractors`` have the other number than the subject, ``controls`` the same.
    """

    prefix: NDArray[np.int64]
    correct: int
    wrong: int
    distractors: int
    controls: int

    @property
    def condition(self) -> str:
        """The item's group in the metrics: controls only, or so many distractors."""
        return (
            f"controls_{self.controls}" if self.controls and not self.distractors else f"distractors_{self.distractors}"
        )


# Beginnings of N sentences, and for each some words (N, K) → log P(word | beginning), (N, K).
Scorer = Callable[[Sequence[NDArray[np.int64]], NDArray[np.int64]], NDArray[np.float64]]


def read_items(path: Path, vocabulary: Vocabulary, lowercase: bool, tokenized: bool) -> list[Item]:
    """Read agreement pairs, tokenized as the corpus is.

    Raises
    ------
    FirthError
        If a column is missing, a number isn't one, or a verb form is not one token.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise FirthError(
            f"{path}: line 1 must name the columns {', '.join(COLUMNS)}; build it anew with `dvc repro -f download@lm`"
        )
    return [
        _item(row, f"{path}: line {line}", vocabulary, lowercase, tokenized) for line, row in enumerate(rows[1:], 2)
    ]


def accuracies(items: Sequence[Item], score: Scorer) -> dict[str, float]:
    """The share of items whose right form is more probable than the wrong one, by condition; a tie counts one half."""
    scores = score([item.prefix for item in items], np.array([[item.correct, item.wrong] for item in items]))
    correct, wrong = scores.T
    points = np.where(correct > wrong, 1.0, np.where(correct == wrong, 0.5, 0.0))
    conditions = np.array([item.condition for item in items])
    names = sorted(set(conditions.tolist()), key=lambda name: (name.startswith("controls"), name))
    return {name: float(points[conditions == name].mean()) for name in names}


def _item(row: list[str], place: str, vocabulary: Vocabulary, lowercase: bool, tokenized: bool) -> Item:
    if len(row) != len(COLUMNS) or not (row[3].isdecimal() and row[4].isdecimal()):
        raise FirthError(
            f"{place}: not a prefix, two verb forms and two numbers; build it anew with `dvc repro -f download@lm`"
        )
    prefix, correct, wrong = (tokenize_line(text, lowercase, tokenized) for text in row[:3])
    if len(correct) != 1 or len(wrong) != 1:
        raise FirthError(f"{place}: a verb form is not one token; build it anew with `dvc repro -f download@lm`")
    ids = np.asarray(vocabulary.encode(prefix), np.int64)
    return Item(ids, vocabulary.id(correct[0]), vocabulary.id(wrong[0]), int(row[3]), int(row[4]))
