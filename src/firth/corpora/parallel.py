"""Parallel text: pairs of a source sentence and its translation."""

from collections.abc import Iterator
from itertools import zip_longest

from firth.corpora.archives import LocalFile
from firth.corpora.formats import text_lines
from firth.errors import FirthError

Pair = tuple[str, str]


def read_two_files(source: LocalFile, target: LocalFile) -> Iterator[Pair]:
    """Pairs from two files, line by line; pairs with a blank side are skipped.

    Raises
    ------
    FirthError
        If the files have different numbers of lines, not counting blank lines at the end.
    """
    counts = [0, 0]
    pairs = zip_longest(_texts(source), _texts(target), fillvalue="")
    for number, (left, right) in enumerate(pairs, start=1):
        for side, text in enumerate((left, right)):
            if text:
                counts[side] = number
        if left and right:
            yield left, right
    if counts[0] != counts[1]:
        raise FirthError(
            f"{source.name} has {counts[0]} lines but {target.name} has {counts[1]}; "
            "line n of one must translate line n of the other"
        )


def read_tab_separated(file: LocalFile) -> Iterator[Pair]:
    """Pairs from lines of source, tab, target; blank lines and pairs with a blank side are skipped.

    Raises
    ------
    FirthError
        If a line doesn't have two columns.
    """
    for name, number, line in text_lines(file):
        columns = [column.strip() for column in line.split("\t")]
        if not any(columns):
            continue
        if len(columns) != 2:
            raise FirthError(f"{name}: line {number} has {len(columns)} columns; write source, one tab, target")
        if all(columns):
            yield columns[0], columns[1]


def _texts(file: LocalFile) -> Iterator[str]:
    return (line.replace("\t", " ").strip() for _, _, line in text_lines(file))
