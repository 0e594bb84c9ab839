"""Exploding gradients and clipping: verdicts turn with the trainings of the study."""

from typing import Any

import pandas as pd
import pytest

from firth.report.findings import Findings
from firth.report.lecture.block import Verdict
from firth.report.lecture.exploding import CLIPPING, EXPLODING

STEPS = [
    {"learning_rate": rate, "step": step, "train_loss": loss, "gradient_norm": 1.5}
    for rate, step, loss in ((0.5, 10, 6.5), (0.5, 20, 4.5), (2.0, 10, 7.5))
]


def training(perplexity: float | None, largest: float | None, step: int | None = None) -> dict[str, Any]:
    return {
        "diverged_at_step": step,
        "valid_perplexity": perplexity,
        "median_gradient_norm": 0.75,
        "largest_gradient_norm": largest,
        "clipped_share": 1.0,
    }


def findings(clipped: dict[str, Any], unclipped: dict[str, Any], own: pd.DataFrame | None = None) -> Findings:
    runs = {"clipped": (0.25, clipped), "unclipped": (None, unclipped)}
    studies = {
        f"clipping-{name}": {"gradient_clip_norm": limit, "by_learning_rate": rates}
        for name, (limit, rates) in runs.items()
        if rates
    }
    curves = {name: pd.DataFrame(STEPS) for name in studies}
    tables = {} if own is None else {"training": own}
    return Findings({}, {}, {}, tables, {}, {}, [], None, studies, curves)


SMALL, DIVERGED = training(30.5, 1.5), training(None, 229.0, 1080)


@pytest.mark.parametrize(("largest", "expected"), [(15.0, Verdict.HOLDS), (14.5, Verdict.NOT_HERE)])
def test_gradients_explode_at_ten_times_the_norm_of_the_clipped_training(largest: float, expected: Verdict) -> None:
    given = findings({"0.5": SMALL, "2": SMALL}, {"0.5": training(60.5, largest), "2": DIVERGED})
    judgment = EXPLODING.judge(given)
    assert (judgment.verdict, judgment.number) == (expected, f"{largest:.0f}")
    assert f"norm of {largest:.0f} at learning rate 0.5; its median is 0.75." in judgment.finding


def test_trainings_that_all_diverged_are_compared_at_the_highest_rate() -> None:
    given = findings({"0.5": SMALL, "2": SMALL}, {"0.5": DIVERGED, "2": training(None, 500.0, 3)})
    assert EXPLODING.judge(given).number == "500"
    assert EXPLODING.draw(given) is None
    example = EXPLODING.example(given)
    assert example is not None and "reaches 500" in example and "at step 3" in example


def test_steps_are_drawn_at_the_highest_rate_at_which_no_training_diverged() -> None:
    drawn = EXPLODING.draw(findings({"0.5": SMALL, "2": SMALL}, {"0.5": training(60.5, 15.0), "2": DIVERGED}))
    assert drawn is not None
    assert "at learning rate 0.5: clipped from 6.5 to 4.5 nats a token; not clipped from 6.5 to 4.5" in drawn


@pytest.mark.parametrize(
    ("clipped", "unclipped", "expected", "number"),
    [
        ({"0.5": training(40.5, 1.5), "2": SMALL}, {"0.5": training(39.5, 1.5), "2": DIVERGED}, Verdict.HOLDS, "30.5"),
        ({"0.5": SMALL, "2": SMALL}, {"0.5": DIVERGED, "2": DIVERGED}, Verdict.HOLDS, "30.5"),
        ({"0.5": SMALL}, {"0.5": training(29.5, 1.5)}, Verdict.NOT_HERE, "30.5"),
        ({"0.5": SMALL, "2": DIVERGED}, {"0.5": training(39.5, 1.5), "2": DIVERGED}, Verdict.NOT_HERE, ""),
        ({"0.5": DIVERGED}, {"0.5": SMALL}, Verdict.NOT_HERE, ""),
        ({"0.5": DIVERGED}, {"0.5": DIVERGED}, Verdict.NOT_HERE, ""),
    ],
)
def test_clipping_helps_where_nothing_diverges_and_the_best_perplexity_is_lower(
    clipped: dict[str, Any], unclipped: dict[str, Any], expected: Verdict, number: str
) -> None:
    judgment = CLIPPING.judge(findings(clipped, unclipped))
    assert (judgment.verdict, judgment.number) == (expected, number) and number in judgment.finding


def test_finding_names_the_best_rates_and_those_that_diverged() -> None:
    given = findings(
        {"0.5": training(40.5, 1.5), "2": SMALL, "4": training(31.5, 1.5)},
        {"0.5": training(39.5, 1.5), "2": DIVERGED, "4": DIVERGED},
    )
    assert CLIPPING.judge(given).finding == (
        "With clipping, the best perplexity is 30.5, at learning rate 2. "
        "Without clipping, the best perplexity is 39.5, at learning rate 0.5; training diverges at 2 and 4."
    )
    drawn = CLIPPING.draw(given)
    assert drawn is not None and "not clipped 39.5 at 0.5, not clipped diverged at 2" in drawn and "0.25" in drawn


@pytest.mark.parametrize("block", [EXPLODING, CLIPPING], ids=lambda block: block.anchor)
@pytest.mark.parametrize("runs", [({}, {}), ({"0.5": SMALL}, {}), ({}, {"0.5": SMALL})])
def test_one_way_of_training_alone_tests_nothing(block: Any, runs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert block.judge(findings(*runs)).verdict == Verdict.UNTESTED


def test_example_is_this_run_s_own_training_of_an_rnn() -> None:
    norms = {"gradient_norm.limit": 1.0, "gradient_norm.clipped_share": 0.0862, "gradient_norm.largest": 8.15}
    own = pd.DataFrame([{"model": f"lm-{name}", **norms} for name in ("lstm", "rnn")])
    example = CLIPPING.example(findings({}, {}, own))
    assert example is not None
    assert "RNN the limit is 1: 8.6% of the steps were clipped, and the longest gradient had a norm of 8.2." in example
    assert CLIPPING.example(findings({}, {})) is None
