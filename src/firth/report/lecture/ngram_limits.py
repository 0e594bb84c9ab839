"""What n-gram models cannot see: a distant subject, whatever their order."""

import pandas as pd
from markupsafe import Markup

from firth.report import figures, language_figures
from firth.report.agreement_groups import agreement_groups
from firth.report.figures import CHANCE
from firth.report.findings import Findings
from firth.report.language_figures import Share
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.block_commands import agree
from firth.report.lecture.language_pieces import forms_table, pair_table, share
from firth.report.lecture.reasons import AGREEMENT, NO_LARGER_NGRAM, NO_NGRAM, NO_PAIRS, NO_TRIGRAM, because
from firth.report.markup import figure
from firth.report.names import LANGUAGE_MODELS
from firth.report.readable import readable
from firth.report.result_tables import points, rows_of

TRIGRAM = 3  # the order that larger ones are compared with
ONE_ATTRACTOR = "attractors_1"


def _of_trigram(findings: Findings, name: str) -> pd.DataFrame:
    """The rows of the trigram in a table by order; the order of the run's own n-gram model may be another."""
    rows = findings.table(name)
    return rows[rows["order"] == TRIGRAM]


def _judge_trigram(findings: Findings) -> Judgment:
    agreement = _of_trigram(findings, "ngram_order_agreement")
    one = (agreement["grouping"] == "condition") & (agreement["group"] == ONE_ATTRACTOR)
    rows = agreement[one].dropna(subset=["accuracy"])
    if rows.empty:
        orders = findings.table("ngram_orders")
        if orders.empty:
            return NO_NGRAM
        is_measured = ONE_ATTRACTOR in orders and orders[ONE_ATTRACTOR].notna().any()
        return NO_TRIGRAM if is_measured else because(findings, AGREEMENT, NO_PAIRS)
    row = rows.iloc[0]
    finding = (
        f"With one noun of the other number in between, the trigram prefers the right form of the verb in {share(row)} "
        f"of {row['pairs']} pairs; a guess is right in half of them."
    )
    return decided(row["accuracy"] <= CHANCE, finding, f"{row['accuracy']:.2f}")


def _draw_trigram(findings: Findings) -> Markup | None:
    agreement = _of_trigram(findings, "ngram_order_agreement")
    groups = agreement_groups(agreement).dropna(subset=["accuracy", "low", "high"])
    if groups.empty:
        return None
    shares = [Share(row.title, row.accuracy, row.low, row.high) for row in groups.itertuples()]
    label = "Agreement accuracy of the trigram by what stands between subject and verb: " + ", ".join(
        f"{one.x}: {one.share:.3g}" for one in shares
    )
    caption = (
        "By what stands between subject and verb, with 95 % intervals. Nouns =: all have the subject’s number; ≠: all "
        "have the other number (attractors). Last word ≠: an attractor stands right before the verb. Neutral: no word "
        "has a number."
    )
    drawn = language_figures.shares_by_group(shares, LANGUAGE_MODELS["ngram"].color, "trigram", label)
    return figure(drawn, caption)


def _show_trigram(findings: Findings) -> Markup | None:
    """The probabilities of a pair that the trigram judges badly, by it and by the networks."""
    examples = findings.table("agreement_examples")
    trigram = _of_trigram(findings, "ngram_order_examples").assign(model="trigram")
    both = pd.concat([trigram[examples.columns], examples[examples["model"] != "ngram"]], ignore_index=True)
    return pair_table(findings, _worst_pair(findings), both, {"trigram": "trigram", **LANGUAGE_MODELS})


def _worst_pair(findings: Findings) -> int | None:
    """Of the pairs with one attractor, the one that the trigram judges worst."""
    examples = _of_trigram(findings, "ngram_order_examples")
    forms = examples[examples["attractors"] == 1].pivot(index="pair", columns="correct", values="probability")
    return None if forms.empty else int((forms[1] / forms[0]).fillna(1).idxmin())


def _judge_orders(findings: Findings) -> Judgment:
    orders = findings.table("ngram_orders").sort_values("order")
    if orders.empty:
        return NO_NGRAM
    if ONE_ATTRACTOR not in orders or orders[ONE_ATTRACTOR].isna().all():
        return because(findings, AGREEMENT, NO_PAIRS)
    compared = orders[orders["order"] >= TRIGRAM].dropna(subset=[ONE_ATTRACTOR])
    if len(compared) <= 1:
        return NO_LARGER_NGRAM
    first, last = compared.iloc[0], compared.iloc[-1]
    before, after = f"{first[ONE_ATTRACTOR]:.2f}", f"{last[ONE_ATTRACTOR]:.2f}"
    finding = (
        f"From order {first['order']} to {last['order']} the model grows from {first['ngrams']:,} to "
        f"{last['ngrams']:,} n-grams, and its accuracy with one attractor goes from {before} to {after}; a guess is "
        "right in half of the pairs."
    )
    return decided(last[ONE_ATTRACTOR] <= CHANCE, finding, after)


def _draw_orders(findings: Findings) -> Markup | None:
    """How n-gram models grow: perplexity, size and agreement by order."""
    ordered = findings.table("ngram_orders").sort_values("order")
    attractors = sorted(int(column.removeprefix("attractors_")) for column in ordered.filter(regex=r"^attractors_\d+$"))
    accuracies = {str(number) if number else "no attractors": f"attractors_{number}" for number in attractors}
    perplexities = {"validation": "valid_perplexity", "test": "test_perplexity"}
    measured = {name: points(ordered, "order", column) for name, column in perplexities.items()}
    measured = {name: curve for name, curve in measured.items() if curve}
    if not measured:
        return None
    told = {"order": "order", "n-grams": "ngrams", **{f"perplexity ({k})": v for k, v in perplexities.items()}}
    told |= {f"agreement accuracy ({name})": column for name, column in accuracies.items()}
    label = "n-gram models: " + "; ".join(
        ", ".join(f"{name} {readable(value)}" for name, value in zip(told, row, strict=True))
        for row in rows_of(ordered[list(told.values())])
    )
    drawn = {name: points(ordered, "order", column) for name, column in accuracies.items()}
    drawn = {name: curve for name, curve in drawn.items() if curve}
    caption = (
        "Perplexity, and the number of n-grams that it takes, by the order n: n − 1 "
        f"{findings.token('lm')}s of context."
    )
    if drawn:
        caption += " At the bottom, agreement accuracy by the number of attractors; the dashed line is chance."
    sizes = points(ordered, "order", "ngrams")
    return figure(figures.growth_by_order(measured, sizes, drawn, "ngram-orders", label), caption)


def _show_orders(findings: Findings) -> Markup | None:
    """The same pair as judged by the models of each order."""
    examples, pair = findings.table("ngram_order_examples"), _worst_pair(findings)
    rows = examples[examples["pair"] == (0 if pair is None else pair)]
    return forms_table(findings, rows, "order", {n: f"order {n}" for n in sorted(set(rows["order"])) if n > 1})


TRIGRAM_BLOCK = Block(
    "trigram",
    (17,),
    "A trigram cannot see the subject of a verb that stands far from it",
    ("ngram_order_agreement",),
    "accuracy of the n-gram model of order 3 with one attractor ≤ 0.5",
    _judge_trigram,
    _draw_trigram,
    _show_trigram,
    lambda findings: agree(findings, _worst_pair(findings)),
)
LARGER_NGRAMS = Block(
    "larger-ngrams",
    (18,),
    "A larger n-gram model does not see it either",
    ("ngram_orders",),
    "accuracy of the largest order with one attractor ≤ 0.5",
    _judge_orders,
    _draw_orders,
    _show_orders,
)
