"""The tables of all results (``reports/details``) as the page reads them: typed, and turned into curves and rows."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

COLUMNS = {
    "vectors": "space representation measure score low high items covered reason",
    "perplexity": "model split tokens perplexity source_perplexity perplexity_over_source dynamic_perplexity",
    "excess_cross_entropy": "model category share_of_tokens source_cross_entropy model_cross_entropy excess",
    "agreement": "model grouping construction group pairs accuracy",
    "ngram_orders": "model order ngrams valid_perplexity test_perplexity",
    "translation": "task attention split sentences bleu bleu_lowercase chrf exact_match "
    "bleu_signature bleu_lowercase_signature chrf_signature",
    "source_length": "task attention split source_length sentences bleu",
    "answers": "task attention split questions exact_match question_alone last_place",
    "answer_groups": "task attention split grouping group questions exact_match",
    "gradients": "network lag norm_before norm_after cell_norm_before cell_norm_after share_before share_after",
    "jacobians": "network when largest median share_above_1 sum_equals_autograd",
    "saliency": "task attention output_position source_position gradient_norm",
    "example_sentences": "task attention sentence output_position output source_position source gradient_norm "
    "attention_weight",
    "learning_curves": "model epoch train_loss valid_loss valid_perplexity",
    "training": "model parameters best_epoch epochs",
    "counts": "cells nonzeros density bytes_dense bytes_sparse pairs",
    "not_measured": "number reason",
}
TEXTS = (
    "space representation measure number reason model split category grouping construction group task attention "
    "network when source_length output source bleu_signature bleu_lowercase_signature chrf_signature"
)
WHOLE_NUMBERS = (
    "items covered tokens pairs order ngrams sentences questions lag sentence output_position source_position epoch "
    "epochs best_epoch parameters cells nonzeros bytes_dense bytes_sparse"
)
SMALLEST_NORM = 1e-12  # of a gradient on a logarithmic axis
Points = list[tuple[Any, float]]


def above_smallest_norm(curve: Iterable[tuple[Any, float]]) -> Points:
    """The points that a logarithmic axis of gradient norms can show."""
    return [(x, norm) for x, norm in curve if norm >= SMALLEST_NORM]


def typed(name: str, frame: pd.DataFrame | None) -> pd.DataFrame:
    """The table ``name`` with all its columns, each of one type; without a frame, an empty one.

    Texts are strings, empty where they are missing. Whole numbers may be missing (Int64). All else is float64, as a CSV
    file does not tell a share of 1 from a count of 1, and missing where it is infinite, for which no figure has room.
    Columns that this module doesn't know are kept as they are.
    """
    known = COLUMNS[name].split()
    given = pd.DataFrame() if frame is None else frame
    whole = given.reindex(columns=[*known, *(column for column in given.columns if column not in known)])
    for column in known:
        if column in TEXTS.split():
            whole[column] = whole[column].map(_text).astype(object)
        elif column in WHOLE_NUMBERS.split():
            whole[column] = pd.to_numeric(whole[column]).astype("Int64")
        else:
            whole[column] = whole[column].astype(float).replace([np.inf, -np.inf], np.nan)
    return whole


def of_models(frame: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """The rows of trained models whose names begin with ``prefix``, such as ``lm-``, which is taken off."""
    there = frame[frame["model"].str.startswith(prefix)]
    return there.assign(model=there["model"].str.removeprefix(prefix))


def attractor_curves(agreement: pd.DataFrame) -> pd.DataFrame:
    """The accuracy of each model by the number of attractors: columns model, attractors and accuracy."""
    there = agreement[(agreement["grouping"] == "condition") & agreement["group"].str.startswith("attractors_")]
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


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)
