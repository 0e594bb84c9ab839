"""Minimal pairs as people write them: a pair a line, columns separated by tabs."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from firth.ask.arriving_lines import TOO_LONG, LineBlock
from firth.errors import FirthError, listed, shown
from firth.measures.minimal_pairs import ALL
from firth.text.normalization import normalize

SENTENCES, CONTINUATIONS, GROUP = ("good", "bad"), ("prefix", "right", "wrong"), "group"
WITHOUT_HEADER = {2: SENTENCES, 3: CONTINUATIONS, 4: (*CONTINUATIONS, GROUP)}  # by the number of columns
HEADERS = (*WITHOUT_HEADER.values(), (*SENTENCES, GROUP))


class AskedPair(NamedTuple):
    """Two texts, of which the first is the better one, and their group, which may be empty.

    Texts of ``whole`` sentences are scored with the end of the sentence, others without.
    """

    better: str
    worse: str
    group: str
    whole: bool


def read_pairs(blocks: Iterable[LineBlock]) -> list[AskedPair]:
    """The pairs of a text: ``good<tab>bad`` or ``prefix<tab>right<tab>wrong``, and perhaps a last column ``group``.

    The first line, of an archive the first line of each file, may name the columns, and must do so for good, bad and
    group. Blank lines are skipped.

    Raises
    ------
    FirthError
        If there is no pair, a line has another number of columns than the first, or a column is empty that may not be.
    """
    pairs: list[AskedPair] = []
    columns: tuple[str, ...] = ()
    name = ""
    for block, number, line in _lines(blocks):
        is_new, name, place = block.name != name, block.name, f"{shown(block.name)}: line {number}"
        columns = () if is_new else columns
        if not line.strip():
            continue
        cells = [normalize(cell) for cell in line.split("\t")]
        if not columns:
            columns = _columns(cells, place)
            if tuple(cells) == columns:
                continue
        if len(cells) != len(columns):
            raise FirthError(
                f"{place} has {len(cells):,} columns, and not {len(columns)} ({', '.join(columns)}); "
                "separate them by tabs"
            )
        row = dict(zip(columns, cells, strict=True))
        empty = [column for column in (*SENTENCES, *CONTINUATIONS[1:]) if row.get(column) == ""]
        if empty:
            raise FirthError(f"{place}: {' and '.join(empty)} without a word; give both texts of a pair")
        if row.get(GROUP) == ALL:
            raise FirthError(f"{place}: group {ALL} is the name of all pairs together; give the group another name")
        pairs.append(_pair(row))
    if not pairs:
        raise FirthError(f"{shown(name)}: there is no pair in it; give one a line, its columns separated by tabs")
    return pairs


def _columns(cells: list[str], place: str) -> tuple[str, ...]:
    """The names of the columns, by the first line."""
    header = next((names for names in HEADERS if list(names) == cells), None)
    columns = header or WITHOUT_HEADER.get(len(cells))
    if columns is None:
        raise FirthError(
            f"{place} has {len(cells):,} column{'s' * (len(cells) != 1)} ({listed(cells)}); "
            "give good<tab>bad or prefix<tab>right<tab>wrong, and perhaps a last column group"
        )
    return columns


def _pair(row: dict[str, str]) -> AskedPair:
    group = row.get(GROUP, "")
    if "good" in row:
        return AskedPair(row["good"], row["bad"], group, whole=True)
    right, wrong = (f"{row['prefix']} {row[form]}".strip() for form in ("right", "wrong"))
    return AskedPair(right, wrong, group, whole=False)


def _lines(blocks: Iterable[LineBlock]) -> Iterator[tuple[LineBlock, int, str]]:
    """Every line with its block and its number."""
    for block in blocks:
        for number, line in block.numbered():
            if number in block.too_long:
                raise FirthError(f"{shown(block.name)}: line {number} {TOO_LONG}")
            yield block, number, line
