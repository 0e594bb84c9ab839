"""What several blocks on language models share: names in a sentence, shares with intervals, examples, drawings."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from firth.params.cells import RECURRENT_NETWORKS
from firth.report.findings import Findings
from firth.report.markup import Content, in_language, join, table
from firth.report.names import LANGUAGE_MODELS, display_name, in_order

IN_A_SENTENCE = {"ngram": "the n-gram model", "feedforward": "the feed-forward network"}
SMALLEST = 0.0001  # probability that is shown
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def the(model: str) -> str:
    """A model as a sentence names it."""
    return IN_A_SENTENCE.get(model) or f"the {display_name(model, LANGUAGE_MODELS)}"


def sentence(text: str) -> str:
    """A text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def number_word(number: int) -> str:
    """A small number in words."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def share(row: "pd.Series[Any]") -> str:
    """An accuracy with its 95 % interval, from a row of a table of agreement."""
    if pd.isna(row["low"]):
        return f"{row['accuracy']:.2f}"
    return f"{row['accuracy']:.2f} [{row['low']:.2f}–{row['high']:.2f}]"


def quoted(findings: Findings, text: str) -> Content:
    """Words of the text, marked with their language."""
    return in_language(text, findings.language("lm"))


def by_perplexity(findings: Findings) -> list[str]:
    """The models with a perplexity on the test text, the best first."""
    perplexity = findings.table("perplexity")
    test = perplexity[perplexity["split"] == "test"].dropna(subset=["perplexity"])
    return list(test.sort_values("perplexity", kind="stable")["model"])


def is_recurrent(models: "pd.Series[Any]") -> "pd.Series[bool]":
    """Which of the models are recurrent networks."""
    return models.isin(list(RECURRENT_NETWORKS))


def network_settings(findings: Findings, network: str) -> dict[str, Any]:
    """The params of a network, its overrides applied."""
    settings = findings.settings
    return {**settings.get("language models", {}), **settings.get(f"language models, {network} only", {})}


def pair_table(
    findings: Findings,
    pair: int | None,
    examples: pd.DataFrame | None = None,
    names: Mapping[str, Any] = LANGUAGE_MODELS,
) -> Markup | None:
    """P of both verb forms of an example pair, a column a model; None without such a pair.

    Parameters
    ----------
    examples : rows like those of the table ``agreement_examples``, which is the default.
    names : of models for people, in order.
    """
    given = findings.table("agreement_examples") if examples is None else examples
    rows = given.head(0) if pair is None else given[given["pair"] == pair]
    columns = {model: display_name(model, names) for model in in_order(rows["model"], names)}
    return forms_table(findings, rows, "model", columns)


def forms_table(findings: Findings, rows: pd.DataFrame, by: str, columns: Mapping[Any, str]) -> Markup | None:
    """P of the right and of the wrong form after one prefix, a column for each model that scored both.

    Parameters
    ----------
    rows : of one pair, columns ``prefix``, ``correct`` (1 or 0), ``form``, ``probability`` and the one named ``by``.
    columns : value of ``by`` → title of its column, in order.
    """
    if rows.empty:
        return None
    by_form = rows.pivot(index="correct", columns=by, values="probability").dropna(axis="columns")
    shown = {key: title for key, title in columns.items() if key in by_form}
    forms = rows.drop_duplicates("correct").set_index("correct")["form"]
    cells: list[list[Content]] = [
        [join([quoted(findings, forms[correct]), note]), *(probability(by_form.at[correct, key]) for key in shown)]
        for correct, note in ((1, " (right)"), (0, " (wrong)"))
    ]
    return table(rows["prefix"].iloc[0], ["P of", *shown.values()], cells, "numbers stack") if shown else None


def probability(value: float) -> str:
    """A probability of a word, which may be small."""
    return f"{value:.4f}" if value >= SMALLEST else f"< {SMALLEST}"
