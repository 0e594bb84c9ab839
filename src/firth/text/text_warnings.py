"""Warnings about a text whose tokens are not what its params say: words that are too rare, and text split before.

Thresholds are over *words* (tokens with a letter or number). In 3,000 sentences of film reviews in English, 7 % of the
words occur once; in 3,000 captions in English 5 %, in German 8 %, in Czech 13 %, in 300 captions in Czech 29 %. About
as many held-out words are out of vocabulary. In a script without spaces between words a token is a clause, and most
clauses occur once. The thresholds leave room for languages with more forms of a word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_WORDS = 200  # in fewer, most words of any language occur once
MOST_ONCE = 0.6  # of training words
MOST_UNKNOWN = 0.6  # of held-out words
LONGEST_MEAN = 12  # characters
FEWEST_MARKS = 5
FEWEST_POINTS = 20  # full stops and commas

_LETTER = re.compile(r"[^\W_]")  # or number
_MARK = re.compile(r"(?<!\S)(?:<unk>|</?s>|@[-.,]@|n't)(?!\S)")
_POINT, _SPACED_POINT = re.compile(r"[.,](?=\s|$)", re.MULTILINE), re.compile(r"(?<=\s)[.,](?=\s|$)", re.MULTILINE)


@dataclass(frozen=True)
class TypeCounts:
    """How often each type occurs.

    Attributes
    ----------
    types : T words and other tokens.
    training, held_out : (T,) counts; those of held-out text are zero where there is none.
    unknown : (T,) bool, whether the type is out of vocabulary.
    """

    types: Sequence[str]
    training: np.ndarray
    held_out: np.ndarray
    unknown: np.ndarray


def word_warnings(counts: TypeCounts, key: str) -> list[str]:
    """One line if words are the wrong unit of a text, else none.

    Parameters
    ----------
    key : of the segmentation in params.yaml.
    """
    is_word = np.fromiter(map(bool, map(_LETTER.search, counts.types)), bool, len(counts.types))
    training, held_out = counts.training * is_word, counts.held_out * is_word
    total = int(training.sum())
    if total < FEWEST_WORDS:
        return []
    lengths = np.fromiter(map(len, counts.types), np.int64, len(counts.types))
    once = float((training == 1).sum()) / total
    unknown = float(held_out[counts.unknown].sum()) / max(int(held_out.sum()), 1)
    length = float((training * lengths).sum()) / total
    faults = []
    if once > MOST_ONCE:
        faults.append(f"{once:.0%} of the training words occur once")
    if unknown > MOST_UNKNOWN:
        faults.append(f"{unknown:.0%} of the held-out words are out of vocabulary")
    if length > LONGEST_MEAN:
        faults.append(f"a word has {length:.0f} characters on average")
    if not faults:
        return []
    return [f"{key}: words are hardly the units of this text: {', '.join(faults)}; try characters or subwords"]


def tokenized_warnings(text: str, key: str) -> list[str]:
    """One line if a text looks as if its tokens had been separated by spaces before, else none.

    Parameters
    ----------
    text : the beginning of a text.
    key : of ``tokenized`` in params.yaml.
    """
    marks = _MARK.findall(text)
    points, spaced = len(_POINT.findall(text)), len(_SPACED_POINT.findall(text))
    signs = []
    if len(marks) >= FEWEST_MARKS:
        signs.append(f"{len(marks):,} tokens such as {marks[0]}")
    if spaced >= FEWEST_POINTS and spaced > points / 2:
        signs.append(f"a space before {spaced:,} of {points:,} full stops and commas")
    if not signs:
        return []
    return [f"{key}: the text looks tokenized ({' and '.join(signs)} at its beginning); if it is, give {key}: true"]
