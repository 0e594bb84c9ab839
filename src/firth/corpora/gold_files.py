"""Gold sets of word similarity and analogies, from their published files or the user's own."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from firth.corpora.archives import LocalFile
from firth.corpora.catalog import GOLD_SETS
from firth.corpora.formats import text_lines
from firth.corpora.library import Library
from firth.errors import FirthError
from firth.params.evaluation_params import OwnGoldSet
from firth.tables import write_table
from firth.workspace import write_text

COLUMNS = ("word1", "word2", "score")
WORDS_OF_ANALOGY = 4


def find_gold_sets(gold_sets: Sequence[str | OwnGoldSet], library: Library) -> dict[str, list[LocalFile]]:
    """Find or fetch gold sets and verify them: name → files.

    Raises
    ------
    FirthError
        If files can't be had or have other checksums.
    """
    own = {f"evaluation.gold_sets.{index}": one for index, one in enumerate(gold_sets) if isinstance(one, OwnGoldSet)}
    verified = library.verified(dict(own))
    fetched = library.fetched({one: GOLD_SETS[one].file for one in gold_sets if isinstance(one, str)})
    return {own[key].name: files for key, files in verified.items()} | {name: [file] for name, file in fetched.items()}


def write_gold_set(name: str, files: Sequence[LocalFile], folder: Path) -> None:
    """Write ``NAME.tsv`` (word1, word2, score) or, of analogies, ``NAME.txt`` with four words a line.

    Titles of sections, lines that begin with a colon, are kept in analogies.

    Raises
    ------
    FirthError
        If a line is neither two words and a number nor, in a set of analogies, four words.
    """
    rows = [
        (f"{file.name}: line {number}", line.split())
        for file in files
        for _, number, line in text_lines(file)
        if line.strip()
    ]
    items = [(where, columns) for where, columns in rows if not columns[0].startswith(":")]
    analogies = len(items) < len(rows) or len(items[0][1]) == WORDS_OF_ANALOGY
    for where, columns in items:
        if analogies and len(columns) != WORDS_OF_ANALOGY:
            raise FirthError(f"{where} is not four words; write an analogy a line: a, b, c, d")
        if not analogies and not (len(columns) == len(COLUMNS) and _is_number(columns[2])):
            raise FirthError(f"{where} is not two words and a number; write these, or four words of an analogy")
    if analogies:
        write_text(folder / f"{name}.txt", "".join(" ".join(columns) + "\n" for _, columns in rows))
    else:
        write_table(folder / f"{name}.tsv", pd.DataFrame([columns for _, columns in items], columns=COLUMNS))


def _is_number(text: str) -> bool:
    try:
        return float(text) - float(text) == 0  # neither infinite nor NaN
    except ValueError:
        return False
