"""Metrics files: results only, rounded, in a stable order, so that the same experiment gives the same bytes."""

import json
import math
from pathlib import Path
from typing import Any

from firth.errors import FirthError
from firth.workspace import write_text

DIGITS = 6  # significant digits kept of every number


def write_metrics(path: Path, metrics: dict[str, Any]) -> None:
    """Write one run's metrics as JSON.

    Numbers keep six significant digits. ``None`` stands for a result that does not exist; a NaN or an infinity is
    a fault of the caller's and raises ``ValueError``.
    """
    write_text(path, json.dumps(_rounded(metrics), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_metrics(folder: Path) -> dict[str, dict[str, Any]]:
    """Read every run's metrics in ``folder``: run name → metrics, in order of name."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}


def _read(path: Path) -> dict[str, Any]:
    try:
        metrics: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise FirthError(f"{path}: not JSON (a merge conflict?); run `dvc repro`, which writes it anew") from None
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
