"""Gold sets of word similarity and analogies, from their published files."""

from pathlib import Path

import pandas as pd

from firth.corpora.archives import LocalFile
from firth.corpora.formats import text_lines
from firth.errors import FirthError
from firth.tables import write_table
from firth.workspace import write_text

ANALOGIES = "google-analogies"
COLUMNS = ("word1", "word2", "score")


def write_gold_set(name: str, file: LocalFile, folder: Path) -> int:
    """Write ``NAME.tsv`` (word1, word2, score), or ``google-analogies.txt`` as published; count the items.

    Raises
    ------
    FirthError
        If a line of word similarity is not two words and a score.
    """
    rows = [(number, line.split()) for _, number, line in text_lines(file) if line.strip()]
    if name == ANALOGIES:
        write_text(folder / f"{name}.txt", "".join(" ".join(columns) + "\n" for _, columns in rows))
        return sum(columns[0] != ":" for _, columns in rows)
    for number, columns in rows:
        if len(columns) != len(COLUMNS):
            raise FirthError(f"{file.name}: line {number} is not two words and a score; fetch the file again")
    write_table(folder / f"{name}.tsv", pd.DataFrame([columns for _, columns in rows], columns=COLUMNS))
    return len(rows)
