"""Long dependencies: how far recurrent networks carry the number of a subject."""

import pandas as pd
from markupsafe import Markup

from firth.report import figures
from firth.report.figures import CHANCE
from firth.report.findings import Findings
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.block_commands import agree, longest_prefix, most_attractors
from firth.report.lecture.language_pieces import (
    is_recurrent,
    number_word,
    pair_table,
    sentence,
    share,
    the,
)
from firth.report.lecture.reasons import AGREEMENT, NO_PAIRS, NO_RECURRENT, ONLY_RECURRENT, because, no_farther
from firth.report.markup import figure
from firth.report.names import LANGUAGE_MODELS, with_names
from firth.report.result_tables import attractor_curves, curves, in_text

THRESHOLD = (
    "the 95 % interval of the best recurrent network’s accuracy lies above 0.5, and its accuracy above that of every "
    "other model"
)
WINDOWED = ["ngram", "feedforward"]  # models that read a fixed window of tokens


def _judge(findings: Findings, rows: pd.DataFrame, where: str) -> Judgment:
    """The best recurrent network beside the worst and the best other model, in one group of pairs."""
    ranked = rows.sort_values("accuracy", ascending=False, kind="stable")
    recurrent = ranked[is_recurrent(ranked["model"])]
    others = ranked[~is_recurrent(ranked["model"])]
    if recurrent.empty:
        return because(findings, AGREEMENT, NO_PAIRS) if rows.empty else NO_RECURRENT
    if others.empty:
        return ONLY_RECURRENT
    best = recurrent.iloc[0]
    beside = [*recurrent.iloc[1:].tail(1).itertuples(), *others.head(1).itertuples()]
    told = "".join(f", {the(row.model)} in {row.accuracy:.2f}" for row in beside)
    finding = f"{where}, {the(best['model'])} is right in {share(best)} of {best['pairs']} pairs{told}."
    holds = best["low"] > CHANCE and not (others["accuracy"] >= best["accuracy"]).any()
    return decided(bool(holds), sentence(finding), share(best))


def _judge_attractors(findings: Findings) -> Judgment:
    agreement = findings.table("agreement").dropna(subset=["accuracy"])
    numbers = attractor_curves(agreement)["attractors"]
    most = int(numbers.max()) if len(numbers) else 0
    rows = agreement[(agreement["grouping"] == "condition") & (agreement["group"] == f"attractors_{most}")]
    nouns = "noun" if most == 1 else "nouns"
    return _judge(findings, rows if most else rows.head(0), f"across {number_word(most)} {nouns} of the other number")


def _draw_attractors(findings: Findings) -> Markup | None:
    agreement = with_names(findings.table("agreement"), "model", LANGUAGE_MODELS)
    there = curves(attractor_curves(agreement), "model", "attractors", "accuracy")
    if not there:
        return None
    label = "Agreement accuracy by attractors: " + "; ".join(
        f"{name} {', '.join(f'{y:.3g}' for _, y in curve)}" for name, curve in there.items()
    )
    drawn = figures.accuracy_by_attractors(there, "agreement", label)
    return figure(drawn, "Attractors are nouns of the other number between subject and verb.")


def _show_attractors(findings: Findings) -> Markup | None:
    """The first pair with as many attractors as there are."""
    return pair_table(findings, most_attractors(findings))


def _distances(findings: Findings) -> pd.DataFrame:
    agreement = findings.table("agreement")
    return agreement[agreement["grouping"] == "distance"].dropna(subset=["accuracy"])


def _show_distance(findings: Findings) -> Markup | None:
    """The last of the pairs, whose prefix is the longest."""
    return pair_table(findings, longest_prefix(findings))


def _judge_distance(findings: Findings) -> Judgment:
    rows = _distances(findings)
    farthest, window = max(rows["group"], key=_smallest, default="0"), _largest_window(findings)
    if len(rows) and _smallest(farthest) < window:
        return no_farther(window)
    first, _, last = farthest.removesuffix("+").partition("-")
    tokens = f"{first} or more tokens" if farthest.endswith("+") else f"{first} to {last or first} tokens"
    beyond = f", which no window of up to {window} tokens holds" if window else ""
    return _judge(findings, rows[(rows["group"] == farthest) & (farthest != "0")], f"with {tokens} in between{beyond}")


def _largest_window(findings: Findings) -> int:
    """Tokens that the n-gram model or the feed-forward network reads at most; zero without either.

    A subject is among the last w tokens where fewer than w stand between it and the verb.
    """
    windows = findings.table("agreement_window")
    sizes = windows[windows["model"].isin(WINDOWED)]["window"].dropna()
    return int(sizes.max()) if len(sizes) else 0


def _smallest(group: str) -> int:
    """The smallest distance of a group: 5 of ``5-7``, 11 of ``11+``."""
    return int(group.removesuffix("+").partition("-")[0])


def _draw_distance(findings: Findings) -> Markup | None:
    named = with_names(_distances(findings), "model", LANGUAGE_MODELS)
    there = curves(named.assign(group=named["group"].str.replace("-", "–")), "model", "group", "accuracy")
    if not there:
        return None
    caption = "By the tokens between the subject’s noun and the verb. Groups of fewer than 20 pairs are left out."
    label = f"Agreement accuracy by distance: {in_text(there)}"
    return figure(figures.accuracy_by_distance(there, "agreement-distance", label), caption)


ATTRACTORS = Block(
    "attractors",
    (21,),
    "A recurrent network can carry the subject’s number across other nouns",
    ("agreement",),
    THRESHOLD,
    _judge_attractors,
    _draw_attractors,
    _show_attractors,
    lambda findings: agree(findings, most_attractors(findings)),
)
DISTANCE = Block(
    "distance",
    (19,),
    "It bridges distances that no fixed window holds",
    ("agreement", "agreement_window"),
    f"at the largest distances, if the largest window of an n-gram or feed-forward model ends before them: {THRESHOLD}",
    _judge_distance,
    _draw_distance,
    _show_distance,
    lambda findings: agree(findings, longest_prefix(findings)),
)
