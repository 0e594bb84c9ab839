"""The columns of the tables of all results: which a table needs, and of what type each is."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from firth.measures.not_measured import NOT_MEASURED
from firth.stored_files import damaged
from firth.tables import read_csv
from firth.workspace import stage_of

COLUMNS = {
    "vectors": "space representation measure score low high items covered reason",
    "neighbors": "space representation word rank neighbor cosine",
    "angles": "space representation word other cosine angle",
    "cooccurrence_example": "space word neighbor count ppmi",
    "concordance": "space word line left right",
    "count_density": "space words cells nonzeros density",
    "spectrum": "space dimension singular_value",
    "dimensions": "space dimension measure score low high covered",
    "perplexity": "model split tokens perplexity source_perplexity perplexity_over_source dynamic_perplexity",
    "excess_cross_entropy": "model category share_of_tokens source_cross_entropy model_cross_entropy excess",
    "agreement": "model grouping construction group pairs accuracy low high",
    "agreement_window": "model window subject distance pairs accuracy low high",
    "agreement_examples": "model pair attractors prefix form correct probability",
    "sentence_probabilities": "model position token probability negative_log_likelihood source_probability "
    "source_negative_log_likelihood",
    "next_words": "model prompt rank token probability source_token source_probability",
    "ngram_orders": "model order ngrams valid_perplexity test_perplexity",
    "ngram_order_agreement": "model order grouping construction group pairs accuracy low high",
    "ngram_order_examples": "model order pair attractors prefix form correct probability",
    "translation": "task attention split sentences bleu bleu_low bleu_high bleu_lowercase chrf exact_match "
    "exact_match_low exact_match_high bleu_signature bleu_lowercase_signature chrf_signature",
    "output_lengths": "task attention split outputs other_length ended",
    "source_length": "task attention split source_length sentences bleu",
    "answers": "task attention split questions exact_match exact_match_low exact_match_high question_alone last_place",
    "answer_groups": "task attention split grouping group questions exact_match",
    "gradients": "network lag within_sentence norm_before norm_after cell_norm_before cell_norm_after "
    "remaining_before remaining_after share_before share_after",
    "gradient_terms": "network when lag position token target norm sum_equals_autograd",
    "jacobians": "network when largest median share_above_1 sum_equals_autograd",
    "saliency": "task attention output_position source_position gradient_norm",
    "example_sentences": "task attention sentence output_position output source_position source gradient_norm "
    "attention_weight",
    "example_outputs": "task attention sentence source output unknown source_tokens output_tokens reading vector_size",
    "decoding_steps": "task attention sentence step rank token probability",
    "learning_curves": "model epoch train_loss valid_loss valid_perplexity",
    "training": "model parameters best_epoch epochs",
    "texts": "role split side sentences tokens types out_of_vocabulary_rate vocabulary_size pieces_per_word",
    "counts": "cells nonzeros density bytes_dense bytes_sparse pairs",
    NOT_MEASURED: "number reason",
}
TEXTS = (
    "space representation measure number reason model split category grouping construction group task attention "
    "network when source_length output source bleu_signature bleu_lowercase_signature chrf_signature "
    "subject prefix form token target prompt source_token word neighbor other left right unknown reading "
    "role side"
)
WHOLE_NUMBERS = (
    "items covered tokens pairs order ngrams sentences questions lag sentence output_position source_position epoch "
    "epochs best_epoch parameters cells nonzeros bytes_dense bytes_sparse "
    "window distance pair attractors correct position rank line words dimension "
    "outputs source_tokens output_tokens vector_size step types vocabulary_size"
)
KEYS = (  # columns that a table needs, with a value in every row
    "space representation model split category grouping task attention network order lag when sentence output_position "
    "source_position epoch number cells nonzeros density bytes_dense bytes_sparse "
    "window subject pair correct position rank word neighbor other line words dimension step role"
)
MORE_KEYS = "construction group measure source_length distance side"  # which tell rows apart too, and may be missing


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
            with np.errstate(invalid="ignore"):  # 1e111, which the conversion refuses
                whole[column] = pd.to_numeric(whole[column]).astype("Int64")
        else:
            whole[column] = whole[column].astype(float).replace([np.inf, -np.inf], np.nan)
    return whole


def table_fault(name: str, frame: pd.DataFrame, given: Collection[str] = ()) -> str | None:
    """Why a frame can't be the table ``name``; None if it can, or if this module doesn't know the table.

    Parameters
    ----------
    given : keys that the frame doesn't hold yet.
    """
    if clash := [key for key in given if key in frame]:
        return f"has a column {clash[0]}"
    if name not in COLUMNS:
        return None
    needed = (*KEYS.split(), "reason") if name == NOT_MEASURED else KEYS.split()
    for key in (key for key in COLUMNS[name].split() if key in needed and key not in given):
        if key not in frame or frame[key].isna().any():
            return f"has no {key} in some row"
    identity = [key for key in COLUMNS[name].split() if key in (*KEYS.split(), *MORE_KEYS.split()) and key in frame]
    if identity and frame.duplicated(identity).any():
        return f"has two rows with the same {', '.join(identity)}"
    try:
        typed(name, frame)
    except (ValueError, TypeError, OverflowError):
        return "has text, or a fraction, in a column of numbers"
    return None


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def read_curve(model: Path) -> pd.DataFrame:
    """The learning curve in the folder of a trained model, a row for each epoch.

    Raises
    ------
    FirthError
        If there is none, or it is damaged.
    """
    curve = read_csv(model / "curve.csv")
    if fault := table_fault("learning_curves", curve, ["model"]):
        raise damaged(model / "curve.csv", fault, stage_of(model))
    return curve
