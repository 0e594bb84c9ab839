"""Gold sets of word similarity and analogies, from their published files or the user's own."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from firth.corpora.archives import LocalFile
from firth.corpora.catalog import GOLD_SETS
from firth.corpora.formats import text_lines
from firth.corpora.library import Library
from firth.errors import FirthError
from firth.params.evaluation_params import OwnGoldSet, gold_set_name
from firth.tables import write_table
from firth.workspace import write_text

COLUMNS = ("word1", "word2", "score")
WORDS_OF_ANALOGY = 4


def write_gold_sets(gold_sets: Sequence[str | OwnGoldSet], folder: Path, library: Library) -> None:
    """Find, verify and write gold sets into a folder.

    Raises
    ------
    FirthError
        As ``write_gold_set``, and if a file can't be had or has another checksum.
    """
    for number, gold_set in enumerate(gold_sets):
        name = gold_set_name(gold_set)
        if isinstance(gold_set, str):
            (file,) = library.fetched({name: GOLD_SETS[gold_set].file}).values()
            write_gold_set(name, [file], folder)
        else:
            key = f"evaluation.gold_sets.{number}"
            write_gold_set(name, library.verified({key: gold_set})[key], folder)


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
