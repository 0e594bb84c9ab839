"""The data of the figures that ``dvc plots show`` draws: one small table a figure, one row a point."""

from collections.abc import Mapping

import pandas as pd

from firth.measures.result_columns import typed
from firth.report.names import ATTENTIONS, LANGUAGE_MODELS, ROLES, ordered, with_names
from firth.report.result_tables import SMALLEST_NORM, attractor_curves, of_models

EPOCHS = ["model", "epoch", "valid_perplexity"]


def plot_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables of all results (``reports/details``) → tables of the figures, with the columns that they draw.

    Language models have their names for people; encoder–decoders are named by task and attention. A missing table
    gives figures without points, and points without a value are left out.
    """
    names = ("learning_curves", "perplexity", "agreement", "gradients", "source_length")
    curves, perplexity, agreement, gradients, lengths = (typed(name, tables.get(name)) for name in names)
    test = perplexity[perplexity["split"] == "test"]
    first = lengths[lengths["split"] == lengths["split"].min()]
    long_enough = gradients[gradients["norm_before"] >= SMALLEST_NORM]
    networks = long_enough.rename(columns={"network": "model", "norm_before": "norm"})
    networks = with_names(networks, "model", LANGUAGE_MODELS)
    attentions = ordered(first, "attention", ATTENTIONS).rename(columns={"attention": "model"})
    plots = {
        "language_model_curves": with_names(of_models(curves, "lm-"), "model", LANGUAGE_MODELS)[EPOCHS],
        "encoder_decoder_curves": _encoder_decoders(of_models(curves, "seq2seq-"))[EPOCHS],
        "agreement_by_attractors": attractor_curves(with_names(agreement, "model", LANGUAGE_MODELS)),
        "perplexity_over_source": with_names(test, "model", LANGUAGE_MODELS)[["model", "perplexity_over_source"]],
        "gradients_by_lag": networks[["model", "lag", "norm"]],
        "bleu_by_source_length": attentions[["model", "source_length", "bleu"]],
    }
    return {name: frame.dropna().reset_index(drop=True) for name, frame in plots.items()}


def _encoder_decoders(curves: pd.DataFrame) -> pd.DataFrame:
    """``translation-dot`` → translation dot; in the order of tasks, and of attentions within a task."""
    parts = curves.assign(
        task=curves["model"].str.replace("-.*", "", regex=True),
        attention=curves["model"].str.replace("^[^-]*-", "", regex=True),
    )
    ranked = ordered(ordered(parts, "attention", ATTENTIONS), "task", ROLES)
    return ranked.assign(model=ranked["task"] + " " + ranked["attention"])
