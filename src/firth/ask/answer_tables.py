"""How answers to people's questions are printed: words with their scores side by side, notes below; or JSON."""

import json
from collections.abc import Sequence
from typing import Any, TextIO

from rich.columns import Columns
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 1000  # columns of a pipe or file, where nothing has to be folded

RankedWords = tuple[str, str, list[tuple[str, float]]]  # heading of the words, heading of their scores, both


def plain_table() -> Table:
    """A table without lines, still empty."""
    return Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))


def score_tables(columns: Sequence[RankedWords], decimals: int = 3) -> list[Table]:
    """Words and scores, a table for each model."""
    tables = []
    for words, scores, ranked in columns:
        table = plain_table()
        table.add_column(words, overflow="fold")
        table.add_column(scores, justify="right")
        for word, score in ranked:
            table.add_row(Text(word), Text(f"{score:.{decimals}f}"))
        tables.append(table)
    return tables


def print_answer(title: str, tables: Sequence[Table], notes: Sequence[str]) -> None:
    """Print tables with rows below their title and above the notes: as many side by side as the terminal has room."""
    console = wide_console()
    console.print(Text(title))
    with_rows = [table for table in tables if table.row_count]
    if with_rows:
        console.print(Columns(with_rows, padding=(0, 2)))
    for note in notes:
        console.print(Text(note))


def wide_console() -> Console:
    """A console that folds lines on a terminal alone."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    return console


def print_json(answer: dict[str, Any], file: TextIO | None = None) -> None:
    """Print an answer as one line of JSON, at once; on standard output or into a file."""
    print(json.dumps(answer, ensure_ascii=False, allow_nan=False), file=file, flush=True)


def scored(ranked: Sequence[tuple[str, float]], word: str, score: str) -> list[dict[str, Any]]:
    """Words with their scores as objects of JSON with these two keys."""
    return [{word: one, score: value} for one, value in ranked]
