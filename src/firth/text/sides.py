"""The two sides of pairs: each has a vocabulary, and subwords where it is cut into them.

Where both share one vocabulary, it stands there twice, so that nobody has to ask.
"""

from collections.abc import Callable
from pathlib import Path

from firth.text.subwords import Subwords
from firth.text.tokenizer import join_words
from firth.text.vocabulary import Vocabulary

SIDES = ("source", "target")


def vocabulary_file(folder: Path, side: str) -> Path:
    """Where the vocabulary of a side stands in a folder of tokens."""
    return folder / f"{side}.vocabulary.tsv"


def subwords_file(folder: Path, side: str) -> Path:
    """Where the subwords of a side stand in a folder of tokens; nowhere if it is cut into words."""
    return folder / f"{side}.tokenizer.json"


def vocabulary_sizes(folder: Path) -> tuple[int, int]:
    """Of source and target."""
    source, target = (len(Vocabulary.load(vocabulary_file(folder, side))) for side in SIDES)
    return source, target


def decoder(folder: Path, side: str) -> Callable[[list[int]], str]:
    """What makes readable text of the ids of a side."""
    path = subwords_file(folder, side)
    if path.exists():
        return Subwords.load(path).decode
    vocabulary = Vocabulary.load(vocabulary_file(folder, side))
    return lambda ids: join_words(vocabulary.decode(ids))


def whole_words(folder: Path, side: str) -> list[str]:
    """Every token of a side as a word, in the order of ids; subwords that are no whole word are empty."""
    path = subwords_file(folder, side)
    if path.exists():
        return Subwords.load(path).words()
    return Vocabulary.load(vocabulary_file(folder, side)).tokens
