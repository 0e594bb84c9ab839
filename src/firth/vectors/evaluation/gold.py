"""Gold sets as the stage ``download@embeddings`` wrote them."""

import csv
from pathlib import Path

from firth.errors import FirthError
from firth.workspace import require

STAGE = "download@embeddings"


def read_table(path: Path, header: tuple[str, ...]) -> list[list[str]]:
    """The rows of a tab-separated file below its header.

    Raises
    ------
    FirthError
        If the file is not there, or a line has other columns; the line is named.
    """
    with require(path, STAGE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header) or (number == 1 and tuple(row) != header):
            raise FirthError(
                f"{path}: line {number} is not {' '.join(header)}, separated by tabs; run `dvc repro {STAGE}`"
            )
    return rows[1:]


def read_questions(path: Path) -> list[list[str]]:
    """Analogies a : b = c : d, four words each; lines that begin with a colon name a section and are passed over.

    Raises
    ------
    FirthError
        If the file is not there, or a line is not four words; the line is named.
    """
    questions = []
    for number, line in enumerate(require(path, STAGE).read_text(encoding="utf-8").split("\n"), start=1):
        words = line.split()
        if not words or words[0].startswith(":"):
            continue
        if len(words) != 4:
            raise FirthError(f"{path}: line {number} is not four words; run `dvc repro {STAGE}`")
        questions.append(words)
    return questions
