"""Gradients through the whole source, and the cells of the encoder."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from report.lecture.said_numbers import unfounded
from report.test_page import findings

from firth.report.findings import Findings
from firth.report.lecture.block import Verdict
from firth.report.lecture.encoder_cells import GATES, VANISHING


def ends(first: float, last: float) -> dict[str, Any]:
    return {"gradient_norm": {"first": first, "last": last}}


def gradients(before: tuple[float, float], attended: tuple[float, float]) -> Findings:
    after = ends(0.44, 0.15)
    studies = {
        "encoders-gru-forward": {"bleu": 69.5, "before": ends(*before), "after": after},
        "encoders-gru-attention": {"bleu": 96.5, "before": ends(*attended), "after": after},
    }
    return replace(findings(), studies=studies)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (gradients((0.0041, 0.079), (0.063, 0.069)), Verdict.HOLDS),
        (gradients((0.055, 0.079), (0.063, 0.069)), Verdict.NOT_HERE),
        (gradients((0.0041, 0.079), (0.0031, 0.069)), Verdict.NOT_HERE),
        (replace(findings(), studies={}), Verdict.UNTESTED),
        (findings(), Verdict.UNTESTED),
    ],
)
def test_the_gradient_must_be_lost_on_the_way_without_attention(found: Findings, verdict: Verdict) -> None:
    assert VANISHING.judge(found).verdict == verdict
    assert unfounded(VANISHING, found) == []


def test_gradients_are_drawn_relative_to_the_word_read_last_and_in_one_direction_alone() -> None:
    norms = {"source_position": [1, 2, 3], "norm_before": [0.125, 0.25, 0.5], "norm_after": [0.5, 0.25, 0.25]}
    curves = {f"encoders-gru-{reading}": pd.DataFrame(norms) for reading in ("forward", "reversed")}
    drawn = str(VANISHING.draw(replace(findings(), study_curves=curves)))
    assert "before training, GRU 0.25 at the first; after training, GRU 2 at the first" in drawn
    assert "tokens read after it" in drawn and drawn.count(" at the first") == 2
    vanished = {key: curve.assign(norm_before=[0.0, 0.0, 0.0]) for key, curve in curves.items()}
    assert "before training, GRU" not in str(VANISHING.draw(replace(findings(), study_curves=vanished)))
    assert VANISHING.draw(replace(findings(), study_curves={})) is None


def scored(**bleu: float | None) -> Findings:
    studies = {
        f"encoders-{cell}-{reading}": {"bleu": score}
        for cell, score in bleu.items()
        for reading in ("forward", "reversed")
    }
    return replace(findings(), studies=studies)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (scored(rnn=2.5, lstm=51.7, gru=69.6), Verdict.HOLDS),
        (scored(rnn=50.5, lstm=51.7, gru=69.6), Verdict.NOT_HERE),
        (scored(lstm=51.7, gru=69.6), Verdict.UNTESTED),
        (scored(rnn=None, lstm=51.7, gru=69.6), Verdict.UNTESTED),
        (scored(), Verdict.UNTESTED),
    ],
)
def test_both_gated_cells_must_translate_better(found: Findings, verdict: Verdict) -> None:
    assert GATES.judge(found).verdict == verdict
    assert GATES.judge(found).number in ("", "51.7")
    assert unfounded(GATES, found) == []


def test_cells_are_drawn_by_how_the_source_is_read() -> None:
    drawn = str(GATES.draw(scored(rnn=2.5, gru=69.6)))
    assert "BLEU by cell: read forwards RNN 2.5, GRU 69.6; read backwards RNN 2.5, GRU 69.6" in drawn
    assert GATES.draw(scored()) is None
