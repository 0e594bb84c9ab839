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
    return {"gradient_norm_first": first, "gradient_norm_last": last}


def gradients(**cells: tuple[tuple[float, float], tuple[float, float]]) -> Findings:
    """Norms at the first and the last token before training, without attention and with it."""
    studies = {
        f"encoders-{cell}-{reading}": {"bleu": 69.5, "before": ends(*norms), "after": ends(0.44, 0.15)}
        for cell, both in cells.items()
        for reading, norms in zip(("forward", "attention"), both, strict=True)
    }
    return replace(findings(), studies=studies)


VANISHES = ((0.0041, 0.079), (0.063, 0.069))


@pytest.mark.parametrize(
    ("found", "verdict", "number"),
    [
        (gradients(gru=VANISHES), Verdict.HOLDS, "1 of 1"),
        (gradients(gru=VANISHES, lstm=VANISHES), Verdict.HOLDS, "2 of 2"),
        (gradients(gru=VANISHES, rnn=((0.055, 0.079), (0.063, 0.069))), Verdict.NOT_HERE, "1 of 2"),
        (gradients(gru=((0.0041, 0.079), (0.0031, 0.069))), Verdict.NOT_HERE, "0 of 1"),
        (replace(findings(), studies={}), Verdict.UNTESTED, ""),
        (findings(), Verdict.UNTESTED, ""),
    ],
)
def test_the_gradient_must_be_lost_in_every_cell_without_attention(
    found: Findings, verdict: Verdict, number: str
) -> None:
    judgment = VANISHING.judge(found)
    assert (judgment.verdict, judgment.number) == (verdict, number)
    assert unfounded(VANISHING, found) == []


def test_the_cells_that_bear_it_out_are_named_with_the_norms_of_all() -> None:
    judgment = VANISHING.judge(gradients(gru=VANISHES, lstm=VANISHES, rnn=((0.055, 0.079), (0.063, 0.069))))
    assert "2 of 3 cells (LSTM and GRU) lose" in judgment.finding
    assert "attention: 0.079 to 0.055 in an RNN, 0.079 to 0.0041 in an LSTM, 0.079 to" in judgment.finding
    assert "After training, the norms are 0.15 to 0.44 in an RNN, 0.15 to 0.44 in" in judgment.finding


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
