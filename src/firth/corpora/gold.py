"""Gold sets of word similarity and analogies, from their published files."""

from pathlib import Path

from firth.corpora.archives import LocalFile
from firth.corpora.formats import text_lines
from firth.errors import FirthError


def write_gold_set(name: str, file: LocalFile, folder: Path) -> int:
    """Write ``NAME.tsv`` (word1, word2, score), or ``google-analogies.txt`` as published; count the items."""
    rows = [(number, line.split()) for _, number, line in text_lines(file) if line.strip()]
    if name == "google-analogies":
        lines = [" ".join(columns) for _, columns in rows]
        items = sum(columns[0] != ":" for _, columns in rows)
    else:
        for number, columns in rows:
            if len(columns) != 3:
                raise FirthError(f"{file.name}: line {number} is not two words and a score; fetch the file again")
        lines = ["word1\tword2\tscore", *("\t".join(columns) for _, columns in rows)]
        items = len(rows)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (f"{name}.txt" if name == "google-analogies" else f"{name}.tsv")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return items
