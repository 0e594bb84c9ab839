"""The page's section on language models: perplexity, agreement, gradients, and n-gram models by order."""

from typing import Any

import pandas as pd

from firth.report import figures
from firth.report.agreement_sections import agreement_parts
from firth.report.findings import Findings
from firth.report.gradient_sections import gradients_parts
from firth.report.markup import Markup, figure, heading, paragraph, section, side_by_side, table
from firth.report.names import LANGUAGE_MODELS, with_names
from firth.report.readable import readable
from firth.report.result_tables import Points, cells_by_name, curves, pivoted, points, rows_of

HEADER = {  # column → title
    "model": "language model",
    "parameters": "parameters",
    "best_epoch": "best epoch",
    "valid perplexity": "perplexity (validation)",
    "test perplexity": "perplexity (test)",
    "test perplexity_over_source": "÷\u00a0source perplexity (test)",
    "test dynamic_perplexity": "perplexity (test, dynamic evaluation)",
}


def language_models_section(findings: Findings) -> Markup | None:
    """Perplexities, learning curves, distance from the source entropy, agreement."""
    perplexities = with_names(findings.table("perplexity"), "model", LANGUAGE_MODELS)
    if perplexities.empty:
        return None
    parts = [
        paragraph(
            "Perplexity is the exponential of the cross-entropy a token, the end of the sentence included; lower is "
            "better."
        ),
        _perplexities(perplexities, findings.of_language_models("training")),
        side_by_side([_lm_curves(findings), _over_source(perplexities)]),
        _excess(with_names(findings.table("excess_cross_entropy"), "model", LANGUAGE_MODELS)),
        *agreement_parts(findings),
        *gradients_parts(findings),
        *_by_order(findings.table("ngram_orders")),
    ]
    return section("language-models", "Language models", parts)


def curves_figure(drawn: dict[str, Points], name: str, title: str) -> Markup | None:
    """Validation perplexity by epoch: {model: [(epoch, perplexity), …]}; without curves, nothing."""
    if not drawn:
        return None
    label = f"{title}: validation perplexity by epoch. " + "; ".join(
        f"{model} from {curve[0][1]:.4g} to {min(y for _, y in curve):.4g} at best" for model, curve in drawn.items()
    )
    return figure(figures.learning_curves(drawn, name, label), "Perplexity on validation text after each epoch.")


def _perplexities(perplexities: pd.DataFrame, training: pd.DataFrame) -> Markup | None:
    values = ["perplexity", "perplexity_over_source", "dynamic_perplexity"]
    by_split = perplexities.pivot(index="model", columns="split", values=values)
    by_split.columns = pd.Index([f"{split} {value}" for value, split in by_split.columns])
    models = perplexities[["model"]].drop_duplicates()
    whole = models.merge(training, on="model", how="left").merge(by_split, on="model", how="left")
    shown = whole.reindex(columns=list(HEADER)).dropna(axis="columns", how="all")
    return table("Language models", [HEADER[column] for column in shown.columns], rows_of(shown))


def _lm_curves(findings: Findings) -> Markup | None:
    frame = findings.of_language_models("learning_curves")
    return curves_figure(curves(frame, "model", "epoch", "valid_perplexity"), "lm-curves", "Language models")


def _over_source(perplexities: pd.DataFrame) -> Markup | None:
    test = perplexities[perplexities["split"] == "test"].dropna(subset=["perplexity_over_source"])
    ratios = dict(zip(test["model"].tolist(), test["perplexity_over_source"].tolist(), strict=True))
    if not ratios:
        return None
    label = "Test perplexity over source perplexity: " + "; ".join(
        f"{name} {ratio:.4g}" for name, ratio in ratios.items()
    )
    caption = (
        "How far each model is from the source perplexity: the lowest that any model could reach, known from the "
        "grammar."
    )
    return figure(figures.over_source(ratios, "over-source", label), caption)


def _excess(frame: pd.DataFrame) -> Markup | None:
    excess = cells_by_name(pivoted(frame, "model", "category", "excess"))
    if not excess:
        return None
    label = "Excess cross-entropy (nats per token): " + "; ".join(
        f"{name} {', '.join(f'{category} {nats:.3g}' for category, nats in row.items())}"
        for name, row in excess.items()
    )
    caption = (
        "Excess of a model's test cross-entropy over the source entropy: in the form of a verb that agrees with its "
        "subject, in the choice of a content word, or in all else. A model's three sum to the logarithm of its "
        "perplexity over the source perplexity."
    )
    return figure(figures.excess_by_category(excess, "excess", label), caption)


def _by_order(frame: pd.DataFrame) -> list[Markup | None]:
    """How n-gram models grow: a figure, and a table of the same perplexities and sizes."""
    if frame.empty:
        return []
    ordered = frame.sort_values("order")
    attractors = sorted(int(column.removeprefix("attractors_")) for column in frame.filter(regex=r"^attractors_\d+$"))
    accuracies = {str(number) if number else "no attractors": f"attractors_{number}" for number in attractors}
    perplexities = {"validation": "valid_perplexity", "test": "test_perplexity"}
    columns = {"order": "order", "n-grams": "ngrams", **{f"perplexity ({k})": v for k, v in perplexities.items()}}
    told = columns | {f"agreement accuracy ({name})": column for name, column in accuracies.items()}
    label = "n-gram models: " + "; ".join(
        ", ".join(f"{name} {readable(value)}" for name, value in zip(told, row, strict=True))
        for row in rows_of(ordered[list(told.values())])
    )
    measured = {name: points(ordered, "order", column) for name, column in perplexities.items()}
    measured = {name: curve for name, curve in measured.items() if curve}
    rows: list[list[Any]] = rows_of(ordered[list(columns.values())])
    sizes = table("Size and perplexity", list(columns), rows)
    if not measured:
        return [heading("n-gram models by order"), sizes]
    caption = "Perplexity, and the number of n-grams that it takes, by the order n: n − 1 words of context."
    drawn = {name: points(ordered, "order", column) for name, column in accuracies.items()}
    drawn = {name: curve for name, curve in drawn.items() if curve}
    if drawn:
        caption += " At the bottom, agreement accuracy by the number of attractors; the dashed line is chance."
    drawing = figures.growth_by_order(
        measured,
        points(ordered, "order", "ngrams"),
        drawn,
        "ngram-orders",
        label,
    )
    return [heading("n-gram models by order"), side_by_side([figure(drawing, caption), sizes])]
