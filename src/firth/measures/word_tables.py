"""Nearest neighbors and angles of one's words in several representations, one table each."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from firth.measures.nearest_words import nearest_words, word_angles
from firth.measures.shown_words import content_words
from firth.measures.unit_rows import Matrix

FREQUENT = 200  # content words whose neighbors a reader can look up
WITHOUT_NEIGHBORS = ("one_hot",)  # all other words are equally far

Representations = Mapping[str, tuple[Sequence[str], Matrix]]


def word_tables(representations: Representations, shown: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The tables ``neighbors`` and ``angles``, with the representation as the first column.

    Parameters
    ----------
    representations : name → words in order of frequency, and their rows.
    shown : the words whose angles are measured; neighbors also of the 200 most frequent content words. Without any,
        both tables are empty.
    """

    def neighbors(words: Sequence[str], matrix: Matrix) -> pd.DataFrame:
        return nearest_words(words, matrix, list(dict.fromkeys([*shown, *content_words(words)[:FREQUENT]])))

    def angles(words: Sequence[str], matrix: Matrix) -> pd.DataFrame:
        return word_angles(words, matrix, shown)

    there = {name: space for name, space in representations.items() if shown and name not in WITHOUT_NEIGHBORS}
    return {"neighbors": _of_each(there, neighbors), "angles": _of_each(there, angles)} if there else {}


def _of_each(representations: Representations, table: Callable[[Sequence[str], Matrix], pd.DataFrame]) -> pd.DataFrame:
    frames = [table(words, matrix).assign(representation=name) for name, (words, matrix) in representations.items()]
    whole = pd.concat(frames, ignore_index=True)
    whole.insert(0, "representation", whole.pop("representation"))
    return whole
