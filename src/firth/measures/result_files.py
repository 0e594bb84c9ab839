"""What a measuring stage writes: its tables, its metrics, and what it has not measured."""

import math
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from firth.measures.not_measured import COLUMNS, NOT_FINITE, NOT_MEASURED, Reasons, by_reason
from firth.tables import write_metrics, write_table


def write_results(
    folder: Path,
    item: str,
    tables: Mapping[str, pd.DataFrame],
    numbers: Mapping[str, float | None],
    reasons: Reasons,
) -> None:
    """Write tables, ``metrics.json`` and, if something is not measured, ``not_measured.csv`` into an existing folder.

    Standard error has a line for each reason.

    Parameters
    ----------
    item : the stage and its arguments, for standard error.
    numbers : those that are measured; one that is infinite or NaN counts as not measured.
    reasons : of the numbers that are not measured, which become null among the metrics.
    """
    unbounded = [name for name, value in numbers.items() if value is not None and not math.isfinite(value)]
    missing = {**dict.fromkeys(unbounded, NOT_FINITE), **reasons}
    for name, table in tables.items():
        write_table(folder / f"{name}.csv", table)
    write_metrics(folder / "metrics.json", {**numbers, **dict.fromkeys(missing)})
    if missing:
        write_table(folder / f"{NOT_MEASURED}.csv", pd.DataFrame(missing.items(), columns=COLUMNS))
    for reason, names in by_reason(missing).items():
        print(f"{item}: {', '.join(names)} not measured: {reason}", file=sys.stderr)
