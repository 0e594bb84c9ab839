"""Parallel text: pairs of a source sentence and its translation."""

from collections.abc import Iterator
from itertools import zip_longest

from firth.corpora.archives import LocalFile
from firth.corpora.counts import FileCounts
from firth.corpora.formats import text_lines
from firth.errors import FirthError
from firth.text.normalization import normalize

Pair = tuple[str, str]


def read_two_files(source: LocalFile, target: LocalFile) -> Iterator[Pair]:
    """Pairs from two files, line by line; pairs with a blank side are left out, and counted in ``source.counts``.

    Raises
    ------
    FirthError
        If the files have different numbers of lines, not counting blank lines at the end.
    """
    last = [0, 0]  # the last line with text in either file
    for number, pair in enumerate(zip_longest(_texts(source), _texts(target), fillvalue=""), start=1):
        for side, text in enumerate(pair):
            if text:
                last[side] = number
        if _is_whole(pair, source.counts):
            yield pair
    if last[0] != last[1]:
        raise FirthError(
            f"{source.name} has {last[0]} lines but {target.name} has {last[1]}; "
            "line n of one must translate line n of the other"
        )


def read_tab_separated(file: LocalFile) -> Iterator[Pair]:
    """Pairs from lines of source, tab, target; those with a blank side are left out, and counted in ``file.counts``.

    Raises
    ------
    FirthError
        If a line doesn't have two columns; empty columns at its end are none.
    """
    for name, number, line in text_lines(file):
        columns = [normalize(column) for column in line.split("\t")]
        while len(columns) > 2 and not columns[-1]:
            columns.pop()
        if len(columns) != 2 and any(columns):
            count = "1 column" if len(columns) == 1 else f"{len(columns)} columns"
            raise FirthError(f"{name}: line {number} has {count}; write source, one tab, target")
        pair = (columns[0], columns[1] if len(columns) > 1 else "")
        if _is_whole(pair, file.counts):
            yield pair


def _is_whole(pair: Pair, counts: FileCounts) -> bool:
    """Whether a pair has both sides; one that hasn't is counted."""
    if all(pair):
        return True
    reason = "blank_lines" if not any(pair) else "pairs_without_target" if pair[0] else "pairs_without_source"
    counts.left_out[reason] += 1
    return False


def _texts(file: LocalFile) -> Iterator[str]:
    return (normalize(line) for _, _, line in text_lines(file))
