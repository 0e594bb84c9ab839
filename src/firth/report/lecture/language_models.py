"""This chapter of the page: what a language model is, and what a trigram cannot see."""

from firth.report import figures
from firth.report.findings import Findings
from firth.report.lecture.block import Block, Chapter, Judgment, decided, untested
from firth.report.markup import Markup, figure
from firth.report.names import LANGUAGE_MODELS as NAMES
from firth.report.names import with_names
from firth.report.result_tables import attractor_curves, curves


def _judge_trigram(findings: Findings) -> Judgment:
    agreement = findings.table("agreement")
    row = agreement[(agreement["model"] == "ngram") & (agreement["group"] == "attractors_1")].dropna(
        subset=["accuracy"]
    )
    if row.empty:
        return untested("No pairs of this text measure agreement: the built-in world and gold sets of pairs have them.")
    accuracy, pairs = float(row["accuracy"].iloc[0]), int(row["pairs"].iloc[0])
    finding = (
        f"With one noun of the other number in between, the n-gram model prefers the right form of the verb in "
        f"{accuracy:.2f} of {pairs} pairs; a guess is right in half of them."
    )
    return decided(accuracy <= figures.CHANCE, finding, f"{accuracy:.2f}")


def _draw_trigram(findings: Findings) -> Markup | None:
    agreement = with_names(findings.table("agreement"), "model", NAMES)
    there = curves(attractor_curves(agreement), "model", "attractors", "accuracy")
    if not there:
        return None
    label = "Agreement accuracy by attractors: " + "; ".join(
        f"{name} {', '.join(f'{y:.3g}' for _, y in curve)}" for name, curve in there.items()
    )
    return figure(
        figures.accuracy_by_attractors(there, "agreement", label),
        "Attractors are nouns of the other number between subject and verb.",
    )


LANGUAGE_MODELS = Chapter(
    "language-models",
    "Language models",
    (
        Block(
            "trigram",
            (17,),
            "A trigram cannot see the subject of a verb that stands far from it",
            ("agreement",),
            "accuracy of the n-gram model with one attractor ≤ 0.5",
            _judge_trigram,
            _draw_trigram,
            command='firth agree "the dogs near the doctor" bark barks --model ngram',
        ),
    ),
)
