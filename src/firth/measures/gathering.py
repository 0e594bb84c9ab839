"""The results of all stage items in few tables, a row saying which item it belongs to, and the main numbers by name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from firth.measures.headline_numbers import is_headline, number_prefix
from firth.measures.not_measured import COLUMNS, NOT_MEASURED
from firth.measures.result_columns import read_curve, table_fault, typed
from firth.stored_files import damaged
from firth.tables import flatten, read_csv, read_run
from firth.workspace import stage_of

KEYS = {  # what the arguments of a stage are called in the tables
    "evaluate_vectors": ["space"],
    "evaluate_lm": ["model"],
    "evaluate_seq2seq": ["task", "attention"],
    "gradients": ["network"],
    "saliency": ["task", "attention"],
}

SOURCE_PERPLEXITY, BASELINE = "lm_source_perplexity", "qa_baseline_test_exact_match"  # of no model

Item = tuple[str, ...]  # stage, arguments


def gathered_tables(folders: Mapping[Item, Path]) -> dict[str, pd.DataFrame]:
    """Tables of the same name from several folders as one, with the item's arguments as the first columns.

    The tables ``not_measured`` become one of all numbers by their full names, if there are any.

    Parameters
    ----------
    folders : item → the folder with its CSV files.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for (stage, *arguments), folder in folders.items():
        for path in sorted(folder.glob("*.csv")):
            if path.stem == NOT_MEASURED:
                continue
            frame = read_csv(path)
            if fault := table_fault(path.stem, frame, KEYS[stage]):
                raise damaged(path, fault, stage_of(path))
            for position, (column, value) in enumerate(zip(KEYS[stage], arguments, strict=True)):
                frame.insert(position, column, value)
            parts.setdefault(path.stem, []).append(frame)
    reasons = _reasons(folders)
    missing = {NOT_MEASURED: pd.DataFrame(reasons.items(), columns=COLUMNS)} if reasons else {}
    return {name: _united(frames) for name, frames in sorted(parts.items())} | missing


def training_tables(folders: Mapping[str, Path]) -> dict[str, pd.DataFrame]:
    """The learning curves of several models, and what else is known of their training: tables by name.

    Parameters
    ----------
    folders : model, such as ``lm-lstm`` → its folder; of no models there are no tables.
    """
    curves, rows = [], []
    for model, folder in folders.items():
        curve = read_curve(folder)
        curve.insert(0, "model", model)
        curves.append(curve)
        norms = folder / "gradient_norm.json"
        found = {"gradient_norm": read_run(norms)} if norms.exists() else {}
        metrics = read_run(folder / "metrics.json")
        row = {"model": model, **flatten({"epochs": len(curve), **metrics, **found})}
        if fault := table_fault("training", pd.DataFrame([row])):
            raise damaged(folder / "metrics.json", fault, stage_of(folder))
        rows.append(row)
    if not folders:
        return {}
    return {"learning_curves": pd.concat(curves, ignore_index=True), "training": pd.DataFrame(rows)}


def text_statistics(folders: Mapping[str, Path]) -> pd.DataFrame:
    """How much text there is, a row for each split of each role, or each side of one.

    Parameters
    ----------
    folders : role → its folder of tokens.
    """
    frames = []
    for role, folder in folders.items():
        frame = read_csv(folder / "statistics.csv")
        if "role" in frame or "split" not in frame:
            raise damaged(folder / "statistics.csv", "not the statistics of a text", stage_of(folder))
        frame.insert(0, "role", role)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def headline(
    metrics: Mapping[Item, Mapping[str, Any]], tables: Mapping[str, pd.DataFrame]
) -> dict[str, float | int | None]:
    """The main numbers, each under a name that says of what it is, in the order of the items; None if not measured.

    Parameters
    ----------
    metrics : item → its metrics.
    tables : the gathered tables, for the baseline, which belongs to no model.
    """
    numbers = {
        f"{number_prefix(*item)}{name}": value for item, values in metrics.items() for name, value in values.items()
    }
    answers = typed("answers", tables.get("answers"))
    if source := [values["source_perplexity"] for values in metrics.values() if "source_perplexity" in values]:
        numbers[SOURCE_PERPLEXITY] = source[0]
    baselines = answers.loc[answers["split"] == "test", ["question_alone", "last_place"]].stack().dropna()
    if (answers["split"] == "test").any():
        numbers[BASELINE] = float(baselines.max()) if len(baselines) else None
    return {name: value for name, value in numbers.items() if is_headline(name)}


def _reasons(folders: Mapping[Item, Path]) -> dict[str, str]:
    """The reason for each number that a measuring stage has not measured, by its name among all numbers."""
    reasons: dict[str, str] = {}
    for item, folder in folders.items():
        path = folder / f"{NOT_MEASURED}.csv"
        if not path.exists():
            continue
        found = read_csv(path)
        if fault := table_fault(NOT_MEASURED, found):
            raise damaged(path, fault, stage_of(path))
        for number, reason in zip(found["number"], found["reason"], strict=True):
            reasons[f"{number_prefix(*item)}{number}"] = reason
            if item[0] == "evaluate_lm" and number == "source_perplexity":
                reasons.setdefault(SOURCE_PERPLEXITY, reason)
            if item[:2] == ("evaluate_seq2seq", "qa") and number == "test_question_alone":
                reasons.setdefault(BASELINE, reason)
    return reasons


def _united(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all; a frame without rows has no types, which would spoil those of the others."""
    return pd.concat([frame for frame in frames if len(frame)] or frames, ignore_index=True)
