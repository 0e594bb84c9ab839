"""The one reader and writer of tables (CSV, TSV) and of metrics (JSON).

Numbers are rounded to six significant digits and rows keep their order, so that the same experiment writes the same
bytes.
"""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from firth.errors import FirthError, shown
from firth.stored_files import damaged, read_json_object, read_text
from firth.workspace import build_command, stage_of, write_text

DIGITS = 6  # significant digits of every number
FLOAT_FORMAT = f"%.{DIGITS}g"
LARGEST = 2**63  # of a whole number
TRUTH = {"0": False, "1": True}


def write_table(path: Path, frame: pd.DataFrame, *, exact: bool = False) -> None:
    r"""Write a data frame, without its index, whole or not at all.

    The format is CSV, or tab-separated and unquoted where ``path`` ends in ``.tsv``. Lines end in ``"\n"``. Missing
    values are empty, truth values 0 and 1.

    Parameters
    ----------
    exact : write floats so that reading gives the same floats back, instead of six significant digits.

    Raises
    ------
    ValueError
        If a value of a TSV holds a tab or a newline.
    """
    flags = frame.select_dtypes(bool).columns
    text = io.StringIO()
    try:
        frame.astype(dict.fromkeys(flags, int)).to_csv(
            text,
            index=False,
            lineterminator="\n",
            float_format=None if exact else FLOAT_FORMAT,
            **_dialect(path),
        )
    except csv.Error as error:
        raise ValueError(f"{path.name}: a tab or newline can't stand in a TSV ({error})") from None
    write_text(path, text.getvalue())


def read_table(path: Path, columns: Sequence[str] | Mapping[str, type] | None, stage: str) -> pd.DataFrame:
    """Read a table that ``write_table`` wrote: values as text, or of the types that ``columns`` gives.

    Parameters
    ----------
    columns : the header; a mapping also gives each column's type: ``str``, ``int``, ``float`` (an empty value is NaN)
        or ``bool`` (0 or 1). None accepts any header.
    stage : DVC stage that writes the file, for the error.

    Raises
    ------
    FirthError
        If the file doesn't exist, is not UTF-8, has another header, a row with another number of columns, or a value
        of another type; the line is named.
    """
    header, rows = _rows(path, stage)
    if columns is not None and header != list(columns):
        raise damaged(path, f"line 1 does not hold {','.join(columns)}", stage)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise damaged(path, f"line {number} does not hold {len(header)} columns ({', '.join(header)})", stage)
    frame = pd.DataFrame(rows, columns=header, dtype=str)
    for name, kind in columns.items() if isinstance(columns, Mapping) else ():
        if kind is not str:
            frame[name] = _typed(path, frame[name], kind, stage)
    return frame


def read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV that ``write_table`` wrote, with types by its values; only an empty value is missing.

    Raises
    ------
    FirthError
        If the file is not there, or is no such table.
    """
    try:
        return pd.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False)
    except FileNotFoundError:
        raise FirthError(f"{path}: not there yet; build it with `{build_command(stage_of(path))}`") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError):
        raise damaged(path, "not a table (a merge conflict?)", stage_of(path)) from None


def _rows(path: Path, stage: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows, with the csv module: pandas fills up short rows without a word."""
    try:
        file = io.StringIO(read_text(path, stage), newline="")
        rows = list(csv.reader(file, delimiter=_dialect(path)["sep"], quoting=_dialect(path)["quoting"]))
    except csv.Error as error:
        raise damaged(path, f"not a table ({error})", stage) from None
    return (rows[0] if rows else []), rows[1:]


def _typed(path: Path, values: "pd.Series[str]", kind: type, stage: str) -> list[Any]:
    typed: list[Any] = []
    for number, value in enumerate(values, start=2):
        try:
            if kind is bool:
                typed.append(TRUTH[value])
            else:
                typed.append(_number(value, kind))
        except (ValueError, KeyError):
            raise damaged(path, f"line {number} does not hold {values.name} as {kind.__name__}", stage) from None
    return typed


def _dialect(path: Path) -> dict[str, Any]:
    if path.suffix == ".tsv":
        return {"sep": "\t", "quoting": csv.QUOTE_NONE}
    return {"sep": ",", "quoting": csv.QUOTE_MINIMAL}


def _number(value: str, kind: type) -> Any:
    if kind is float and not value:
        return math.nan
    number = kind(value)
    if not _is_number(number):
        raise ValueError("not finite")
    return number


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST


def write_metrics(path: Path, metrics: dict[str, Any]) -> None:
    """Write one run's metrics as JSON, numbers with six significant digits.

    ``None`` stands for a result that does not exist.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, which is a fault of the caller.
    """
    write_text(path, json.dumps(_rounded(metrics), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_metrics(folder: Path) -> dict[str, dict[str, Any]]:
    """Read every run's metrics in ``folder``: run name → metrics, in order of name."""
    return {path.stem: read_run(path) for path in sorted(folder.glob("*.json"))}


def read_run(path: Path, *, flat: bool = False) -> dict[str, Any]:
    """Read one run's metrics.

    Parameters
    ----------
    flat : refuse all but numbers, and None for a result that does not exist.

    Raises
    ------
    FirthError
        If the file doesn't exist, is not JSON, or holds a list, a truth value or a number that is not finite.
    """
    stage = stage_of(path)
    metrics = read_json_object(path, stage)
    for name, value in (metrics if flat else flatten(metrics)).items():
        if not (_is_number(value) or value is None or (isinstance(value, str) and not flat)):
            raise damaged(path, f"{shown(name)} is {shown(str(value))}", stage)
    return metrics


def flatten(metrics: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested metrics as one level, keys joined by dots, as ``dvc metrics show`` names them."""
    flat: dict[str, Any] = {}
    for key, value in metrics.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, float) or hasattr(value, "dtype"):
        number = value.item() if hasattr(value, "item") else value
        if isinstance(number, int):
            return number
        if not math.isfinite(number):
            raise ValueError(f"a metric is {number}; report None with a reason instead")
        return float(f"{number:.{DIGITS}g}")
    return value
