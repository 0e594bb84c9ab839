"""The tables of all results (``reports/details``) as the page reads them: turned into curves and rows."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

SMALLEST_NORM = 1e-12  # of a gradient on a logarithmic axis
Points = list[tuple[Any, float]]


def above_smallest_norm(curve: Iterable[tuple[Any, float]]) -> Points:
    """The points that a logarithmic axis of gradient norms can show."""
    return [(x, norm) for x, norm in curve if norm >= SMALLEST_NORM]


def of_models(frame: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """The rows of trained models whose names begin with ``prefix``, such as ``lm-``, which is taken off."""
    there = frame[frame["model"].str.startswith(prefix)]
    return there.assign(model=there["model"].str.removeprefix(prefix))


def attractor_curves(agreement: pd.DataFrame) -> pd.DataFrame:
    """The accuracy of each model by the number of attractors: columns model, attractors and accuracy."""
    there = agreement[(agreement["grouping"] == "condition") & agreement["group"].str.fullmatch(r"attractors_\d{1,9}")]
    numbered = there.assign(attractors=there["group"].str.removeprefix("attractors_").astype(int))
    return numbered.dropna(subset=["accuracy"])[["model", "attractors", "accuracy"]]


def curves(frame: pd.DataFrame, key: str, x: str, y: str) -> dict[str, Points]:
    """One curve for each value of the column ``key``: {value: [(x, y), …]}, without points whose y is missing."""
    there = frame.dropna(subset=[y])
    return {name: points(part, x, y) for name, part in there.groupby(key, sort=False)}


def points(frame: pd.DataFrame, x: str, y: str) -> Points:
    """[(x, y), …], without points whose y is missing."""
    there = frame.dropna(subset=[y])
    return list(zip(there[x].tolist(), there[y].tolist(), strict=True))


def pivoted(frame: pd.DataFrame, index: str, columns: str, values: str) -> pd.DataFrame:
    """A cell for each pair of keys; rows and columns stand in the order in which their keys come first."""
    wide = frame.pivot(index=index, columns=columns, values=values)
    return wide.reindex(index=frame[index].unique(), columns=frame[columns].unique())


def rows_of(frame: pd.DataFrame) -> list[list[Any]]:
    """The rows as lists of plain numbers and strings, with None for what is missing."""
    plain = frame.astype(object)
    return [list(row) for row in plain.where(frame.notna(), None).itertuples(index=False)]


def cells_by_name(frame: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Rows of a wide table by name, without missing cells: {index: {column: value}}; rows without any are left out."""
    found = {str(name): row.dropna().to_dict() for name, row in frame.iterrows()}
    return {name: row for name, row in found.items() if row}


def in_text(curves: Mapping[str, Points]) -> str:
    """Curves as the text that stands for a figure: ``LSTM 0: 1, 1: 0.98; GRU 0: 0.99``."""
    return "; ".join(f"{name} {', '.join(f'{x}: {y:.3g}' for x, y in curve)}" for name, curve in curves.items())


def by_number(values: Mapping[str, Any], prefix: str) -> list[tuple[int, Any]]:
    """Values under keys such as ``vocabulary_1000``, in the order of their numbers: [(1000, value), …]."""
    return sorted(((int(key.removeprefix(prefix)), value) for key, value in values.items()), key=lambda pair: pair[0])
