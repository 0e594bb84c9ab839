"""The blocks on gradients through the whole source, and on the cells that carry them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from firth.report import encoder_figures
from firth.report.findings import Findings
from firth.report.lecture.block import Block, Judgment, decided
from firth.report.lecture.reasons import NO_ENCODERS
from firth.report.lecture.sequence_texts import MARGIN
from firth.report.markup import figure
from firth.report.names import LANGUAGE_MODELS, WHEN, display_name
from firth.report.result_tables import Points, above_smallest_norm, points
from firth.tables import flatten

CELLS = ("rnn", "lstm", "gru")
READINGS = {"forward": "read forwards", "reversed": "read backwards", "attention": "with attention"}
READ = ("forward", "attention")  # readings whose gradients are compared: both read forwards
# Of the gradient at the last token; with less, most of it is lost on the way. Before training, because it is from these
# gradients that a network has to learn.
HALF = 0.5


def _numbers(findings: Findings, cell: str, reading: str) -> Mapping[str, Any]:
    """The numbers of one translator of the study by name, without those that are missing."""
    found = flatten(dict(findings.studies.get(f"encoders-{cell}-{reading}", {})))
    return {name: value for name, value in found.items() if value is not None}


def _norms(findings: Findings) -> pd.DataFrame:
    """Gradient norms at the first and the last token of the source, a row for each cell that was measured both ways.

    Columns READING.WHEN.first and READING.WHEN.last, where the encoder reads forwards, without attention (``forward``)
    or with it (``attention``).
    """
    rows = {
        cell: {
            f"{reading}.{when}.{end}": _numbers(findings, cell, reading).get(f"{when}.gradient_norm_{end}")
            for reading in READ
            for when in WHEN
            for end in ("first", "last")
        }
        for cell in CELLS
    }
    return pd.DataFrame.from_dict(rows, orient="index", dtype=float).dropna()


def _judge_vanishing(findings: Findings) -> Judgment:
    norms = _norms(findings)
    if norms.empty:
        return NO_ENCODERS
    left, attended = (norms[f"{reading}.before.first"] / norms[f"{reading}.before.last"] for reading in READ)
    lost = (left < HALF) & (left < attended)
    names = " and ".join(display_name(cell, LANGUAGE_MODELS) for cell in norms.index[lost]) or "none"
    number = f"{lost.sum()} of {len(lost)}"
    finding = (
        f"Before training, {number} cells ({names}) lose more than half of the gradient between the last token of the "
        f"source and the first, and more than with attention: {_from_last_to_first(norms, 'before')}. After training, "
        f"the norms are {_from_last_to_first(norms, 'after')}."
    )
    return decided(bool(lost.all()), finding, number)


def _from_last_to_first(norms: pd.DataFrame, when: str) -> str:
    """The norms without attention: ``0.12 to 0.035 in an LSTM, …``."""
    ends = norms[[f"forward.{when}.{end}" for end in ("last", "first")]].itertuples(name=None)
    return ", ".join(f"{last:.2g} to {first:.2g} in {_article(cell)}" for cell, last, first in ends)


def _article(cell: str) -> str:
    return f"{'a' if cell == 'gru' else 'an'} {display_name(cell, LANGUAGE_MODELS)}"


def _draw_vanishing(findings: Findings) -> Markup | None:
    """Gradients relative to that of the last token, of encoders that all read forwards."""
    panels: dict[str, dict[str, Points]] = {}
    for when, title in WHEN.items():
        drawn = {
            name: curve
            for name, study in _readers(findings).items()
            if (curve := _relative(findings, study, f"norm_{when}"))
        }
        if drawn:
            panels[title] = drawn
    if not panels:
        return None
    label = "Gradient over that at the last token of the source: " + "; ".join(
        f"{title}, {name} {curve[0][1]:.2g} at the first"
        for title, drawn in panels.items()
        for name, curve in drawn.items()
    )
    caption = (
        "Encoders that read forwards: gradient at a token of the source ÷ gradient at the last, mean over output "
        "positions, on log scales."
    )
    return figure(encoder_figures.relative_gradients(panels, "long-way", label), caption)


def _readers(findings: Findings) -> dict[str, str]:
    """Name for people → study, of the encoders that read forwards, and of the GRU with attention."""
    names = {display_name(cell, LANGUAGE_MODELS): f"encoders-{cell}-forward" for cell in CELLS}
    names["GRU with attention"] = "encoders-gru-attention"
    return {name: study for name, study in names.items() if study in findings.study_curves}


def _relative(findings: Findings, study: str, column: str) -> Points:
    """[(tokens read afterwards, norm over that at the last), …] of a curve by source position, first token first."""
    curve = above_smallest_norm(points(findings.study_curves[study], "source_position", column))
    if not curve:
        return []
    last, nearest = curve[-1]
    return [(last - position, norm / nearest) for position, norm in curve]


def _judge_gates(findings: Findings) -> Judgment:
    scores = _forward(findings)
    if set(scores) != set(CELLS):
        return NO_ENCODERS
    shown = [f"{scores[cell]:.1f} with {_article(cell)}" for cell in CELLS]
    finding = f"Read forwards without attention, BLEU is {shown[0]}, {shown[1]} and {shown[2]}."
    worse = min(scores["lstm"], scores["gru"])
    return decided(worse - scores["rnn"] >= MARGIN, finding, f"{worse:.1f}")


def _forward(findings: Findings) -> dict[str, float]:
    """BLEU of each cell's translator that reads forwards, without attention."""
    found = {cell: _numbers(findings, cell, "forward").get("bleu") for cell in CELLS}
    return {cell: float(bleu) for cell, bleu in found.items() if bleu is not None}


def _draw_gates(findings: Findings) -> Markup | None:
    drawn: dict[str, dict[str, float]] = {}
    for reading, title in READINGS.items():
        found = {cell: _numbers(findings, cell, reading).get("bleu") for cell in CELLS}
        there = {display_name(cell, LANGUAGE_MODELS): bleu for cell, bleu in found.items() if bleu is not None}
        if there:
            drawn[title] = there
    if not drawn:
        return None
    label = "BLEU by cell: " + "; ".join(
        f"{title} " + ", ".join(f"{cell} {bleu:.3g}" for cell, bleu in found.items()) for title, found in drawn.items()
    )
    caption = "Study of one translator by cell and by how its source is read; all have one learning rate."
    return figure(encoder_figures.bleu_by_cell(drawn, "gated-encoders", label), caption)


VANISHING = Block(
    "long-way",
    (33,),
    "The whole source lies between a word and its translation: gradients vanish on the way",
    ("study:encoders",),
    f"before training, in every cell of the study, the gradient at the first token of the source is less than {HALF} "
    "of that at the last, and more of it is left with attention; all encoders read forwards",
    _judge_vanishing,
    _draw_vanishing,
)
GATES = Block(
    "gated-encoders",
    (34,),
    "Gates are crucial here: LSTM and GRU",
    ("study:encoders",),
    f"read forwards without attention, LSTM and GRU have a BLEU higher than the Elman network's by {MARGIN} or more",
    _judge_gates,
    _draw_gates,
)
