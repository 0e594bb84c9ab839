"""All metrics in one terminal table, and how the report writes a number."""

import math
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from firth.errors import FirthError
from firth.report.metrics import flatten, read_metrics

DIGITS = 4
WIDEST_NAME = 56  # columns of a terminal


def readable(value: Any) -> str:
    """A metric as people read it: four significant digits (four decimals below 1), thousands apart, a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(readable(item) for item in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or value == 0:
        return f"{value:,.0f}"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -3:
        return f"{value:.{DIGITS - 1}g}"
    return f"{value:,.{min(max(DIGITS - 1 - magnitude, 0), DIGITS)}f}"


def metric_rows(metrics: dict[str, dict[str, Any]]) -> list[tuple[str, str, str]]:
    """One (run, metric, value) a metric, in the order of the files."""
    return [(run, name, readable(value)) for run, values in metrics.items() for name, value in flatten(values).items()]


def metrics_table(metrics: dict[str, dict[str, Any]]) -> Table:
    """The metrics of all runs for a terminal: a line with each run's name, and below it one row a metric.

    Names keep a line of their own at 80 columns; a long value folds rather than ends in dots.
    """
    rows = metric_rows(metrics)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("run, metric", overflow="fold", width=min(WIDEST_NAME, max(len(name) + 2 for _, name, _ in rows)))
    table.add_column("value", overflow="fold", justify="right")
    previous = None
    for run, name, value in rows:
        if run != previous:
            table.add_row(Text(run, style="bold"), "")
        table.add_row(Text(f"  {name}"), Text(value))
        previous = run
    return table


def metrics_text(metrics: dict[str, dict[str, Any]]) -> str:
    """The same rows as aligned plain text, every row whole on a line of its own, for pipes and files."""
    rows = [("run", "metric", "value"), *metric_rows(metrics)]
    run_width, name_width = (max(len(row[column]) for row in rows) for column in range(2))
    return "".join(f"{run:<{run_width}}  {name:<{name_width}}  {value}\n" for run, name, value in rows)


def print_metrics(folder: Path) -> None:
    """Print all metrics in ``folder``: a table on a terminal, plain lines into a pipe.

    Raises
    ------
    FirthError
        If there are none.
    """
    metrics = read_metrics(folder)
    if not metric_rows(metrics):
        raise FirthError(f"{folder}: no metrics yet; build them with `dvc repro`")
    console = Console()
    if console.is_terminal:
        console.print(metrics_table(metrics))
    else:
        print(metrics_text(metrics), end="")
