"""How near language models come to the source perplexity, the lowest that any model could reach."""

from markupsafe import Markup

from firth.report import language_figures
from firth.report.findings import Findings
from firth.report.language_sections import curves_figure
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.block_commands import command
from firth.report.lecture.language_pieces import is_recurrent, network_settings, the
from firth.report.lecture.reasons import NO_RECURRENT, NO_SOURCE, ONLY_RECURRENT, OVER_SOURCE, because
from firth.report.markup import Content, figure, fold, join, table
from firth.report.names import LANGUAGE_MODELS, with_names
from firth.report.result_tables import cells_by_name, curves, pivoted

TEST_TEXT = "data/raw/lm/text/test.txt"


def _judge(findings: Findings) -> Judgment:
    perplexity = findings.table("perplexity")
    test = perplexity[perplexity["split"] == "test"].dropna(subset=["perplexity_over_source", "source_perplexity"])
    ranked = test.sort_values("perplexity_over_source", kind="stable")
    recurrent = is_recurrent(ranked["model"])
    if ranked.empty:
        return because(findings, OVER_SOURCE, NO_SOURCE)
    if not recurrent.any():
        return NO_RECURRENT
    if recurrent.all():
        return ONLY_RECURRENT
    best, other = ranked[recurrent].iloc[0], ranked[~recurrent].iloc[0]
    number = f"{best['perplexity_over_source']:.3f}"
    finding = (
        f"The perplexity of {the(best['model'])} is {number} times the source perplexity of "
        f"{best['source_perplexity']:.2f}, the lowest possible; that of {the(other['model'])}, "
        f"{other['perplexity_over_source']:.3f} times."
    )
    return decided(bool(recurrent.iloc[0]), finding, number)


def _draw(findings: Findings) -> Markup | None:
    excess, learning = _excess(findings), _curves(findings)
    there = [excess, learning and fold("Learning curves", learning)]
    return join(part for part in there if part) or None


def _excess(findings: Findings) -> Markup | None:
    frame = with_names(findings.table("excess_cross_entropy"), "model", LANGUAGE_MODELS)
    excess = cells_by_name(pivoted(frame, "model", "category", "excess"))
    if not excess:
        return None
    perplexity = with_names(findings.table("perplexity"), "model", LANGUAGE_MODELS)
    test = perplexity[perplexity["split"] == "test"].dropna(subset=["perplexity_over_source"])
    ratios = dict(zip(test["model"].tolist(), test["perplexity_over_source"].tolist(), strict=True))
    label = "Excess cross-entropy (nats per token): " + "; ".join(
        f"{name} {', '.join(f'{category} {nats:.3g}' for category, nats in row.items())}"
        for name, row in excess.items()
    )
    caption = (
        "Cross-entropy above the source entropy: in the form of a verb (agreement), in content words (selection), in "
        "all else (structure). Beside it, perplexity ÷ source perplexity."
    )
    return figure(language_figures.excess_over_source(excess, ratios, "excess", label), caption)


def _curves(findings: Findings) -> Markup | None:
    drawn = curves(findings.of_language_models("learning_curves"), "model", "epoch", "valid_perplexity")
    return curves_figure(drawn, "lm-curves", "Language models")


def _show(findings: Findings) -> Markup | None:
    """The models with their perplexities, and how long and how fast they learned."""
    perplexity = findings.table("perplexity")
    test = with_names(perplexity[perplexity["split"] == "test"].dropna(subset=["perplexity"]), "model", LANGUAGE_MODELS)
    training = findings.of_language_models("training").dropna(subset=["epochs"])
    epochs = dict(zip(training["model"], training["epochs"].astype(int), strict=True))
    rates = {shown.name: network_settings(findings, key).get("learning_rate") for key, shown in LANGUAGE_MODELS.items()}
    models = test["model"].tolist()
    learned = {model: str(rates.get(model) or "–") for model in models if model in epochs}
    rows: list[list[Content]] = [
        ["perplexity", *test["perplexity"].tolist()],
        ["epochs", *map(epochs.get, models)],
        ["learning rate", *map(learned.get, models)],
    ]
    trained = {(epochs[model], rate) for model, rate in learned.items()}
    caption = "Test perplexity"
    if len(trained) > 1:
        caption += "; the networks were not trained alike"
    return table(caption, ["", *models], rows, "numbers stack") if models else None


SOURCE = Block(
    "source-perplexity",
    (),
    "Recurrent networks come nearest to the lowest possible perplexity",
    ("perplexity",),
    "the lowest perplexity ÷ source perplexity on the test text is that of a recurrent network",
    _judge,
    _draw,
    _show,
    lambda findings: command("perplexity", TEST_TEXT) if findings.sentences.get("lm") else "",
)
