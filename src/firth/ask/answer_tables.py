"""How answers to people's questions are printed: words with their scores side by side, notes below."""

from itertools import zip_longest

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 1000  # columns of a pipe or file, where nothing has to be folded

Columns = list[tuple[str, str, list[tuple[str, float]]]]  # heading of the words, heading of their scores, both


def plain_table() -> Table:
    """A table without lines, still empty."""
    return Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))


def side_by_side(columns: Columns, decimals: int = 3) -> Table:
    """Words and scores of several models."""
    table = plain_table()
    for words, scores, _ in columns:
        table.add_column(words, overflow="fold")
        table.add_column(scores, justify="right")
    for row in zip_longest(*(ranked for _, _, ranked in columns)):
        cells = (cell for item in row for cell in ((item[0], f"{item[1]:.{decimals}f}") if item else ("", "")))
        table.add_row(*map(Text, cells))
    return table


def print_answer(title: str, table: Table, notes: list[str]) -> None:
    """Print a table, if it has rows, below its title and above the notes."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(Text(title))
    if table.row_count:
        console.print(table)
    for note in notes:
        console.print(Text(note))
