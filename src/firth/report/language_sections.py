"""The page's section on language models: perplexity, agreement, gradients, and n-gram models by order."""

import pandas as pd
from markupsafe import Markup

from firth.report import figures
from firth.report.agreement_sections import agreement_table
from firth.report.findings import Findings
from firth.report.gradient_sections import gradients_parts
from firth.report.markup import figure, paragraph, section, table
from firth.report.names import LANGUAGE_MODELS, with_names
from firth.report.result_tables import Points, rows_of

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
    """Tables of perplexity, agreement and n-gram models by order."""
    perplexities = with_names(findings.table("perplexity"), "model", LANGUAGE_MODELS)
    if perplexities.empty:
        return None
    parts = [
        paragraph(
            "Perplexity is the exponential of the cross-entropy a token, the end of the sentence included; lower is "
            "better."
        ),
        _perplexities(perplexities, findings.of_language_models("training")),
        agreement_table(findings),
        *gradients_parts(findings),
        _orders(findings.table("ngram_orders")),
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


def _orders(frame: pd.DataFrame) -> Markup | None:
    """Size and perplexity of n-gram models by their order."""
    columns = {
        "order": "order",
        "n-grams": "ngrams",
        "perplexity (validation)": "valid_perplexity",
        "perplexity (test)": "test_perplexity",
    }
    rows = rows_of(frame.sort_values("order")[list(columns.values())])
    return table("n-gram models by order", list(columns), rows)
