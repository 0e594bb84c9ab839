"""The blocks on long dependencies."""

import pandas as pd
import pytest
from report.lecture.language_findings import agreement, changed, drawn, judged, shown, tables, untested_without

from firth.report.lecture.block import Block, Verdict
from firth.report.lecture.long_dependencies import ATTRACTORS, DISTANCE


@pytest.mark.parametrize(
    ("block", "number", "told"),
    [
        (
            ATTRACTORS,
            "0.94 [0.88–0.97]",
            "Across two nouns of the other number, the LSTM is right in 0.94 [0.88–0.97] of 250 pairs",
        ),
        (
            DISTANCE,
            "0.90 [0.84–0.93]",
            "With 11 or more tokens in between, which no window of up to 2 tokens holds, the LSTM is right in 0.90",
        ),
    ],
)
def test_the_best_recurrent_network_stands_beside_the_worst_and_the_best_other(
    block: Block, number: str, told: str
) -> None:
    judgment = judged(block, tables())
    assert (judgment.verdict, judgment.number) == (Verdict.HOLDS, number)
    assert judgment.finding.startswith(told)
    assert ", the RNN in 0." in judgment.finding and ", the n-gram model in 0." in judgment.finding
    untested_without(block, "agreement")


@pytest.mark.parametrize(
    ("recurrent", "other", "verdict"),
    [
        (0.875, 0.5, Verdict.HOLDS),
        (0.53125, 0.5, Verdict.NOT_HERE),  # a guess is within the interval
        (0.875, 0.9375, Verdict.NOT_HERE),
        (0.875, 0.875, Verdict.NOT_HERE),
    ],
)
def test_a_network_near_a_guess_or_behind_another_model_turns_the_verdict(
    recurrent: float, other: float, verdict: Verdict
) -> None:
    for block, group in ((ATTRACTORS, "attractors_1"), (DISTANCE, "5-7")):
        results = {"agreement": agreement(ngram={group: other}, gru={group: recurrent})}
        assert judged(block, results).verdict == verdict


def test_groups_without_an_accuracy_and_without_a_word_in_between_decide_nothing() -> None:
    poor = agreement(ngram={"attractors_1": 0.51, "5-7": 0.51})
    few = pd.concat(
        [agreement(lstm={"attractors_1": 0.9, "5-7": 0.9}), agreement(lstm={"attractors_9": 0.1, "11+": 0}), poor]
    )
    few["accuracy"] = few["accuracy"].where(few["accuracy"] > 0.5)
    assert "one noun of" in judged(ATTRACTORS, {"agreement": few}).finding
    assert "5 to 7 tokens" in judged(DISTANCE, {"agreement": few}).finding
    near = {"agreement": agreement(lstm={"attractors_0": 0.9, "0": 0.9})}
    assert {judged(block, near).verdict for block in (ATTRACTORS, DISTANCE)} == {Verdict.UNTESTED}


def test_a_run_of_other_models_alone_is_not_tested() -> None:
    results = {"agreement": agreement(ngram={"attractors_1": 0.4, "11+": 0.4})}
    for block in (ATTRACTORS, DISTANCE):
        assert "no results of a recurrent network" in judged(block, results).finding


def test_a_run_of_recurrent_networks_alone_has_nothing_to_be_compared_with() -> None:
    results = {"agreement": agreement(lstm={"attractors_1": 0.9, "11+": 0.9})}
    for block in (ATTRACTORS, DISTANCE):
        judgment = judged(block, results)
        assert judgment.verdict == Verdict.UNTESTED and "recurrent networks alone" in judgment.finding


@pytest.mark.parametrize(("window", "verdict"), [(11, Verdict.HOLDS), (12, Verdict.UNTESTED)])
def test_distances_that_a_window_holds_do_not_count(window: int, verdict: Verdict) -> None:
    judgment = judged(DISTANCE, changed("agreement_window", window=window))
    assert judgment.verdict == verdict and str(window) in judgment.finding
    of_others = changed("agreement_window", window=99, model="transformer")
    assert judged(DISTANCE, of_others).verdict == Verdict.HOLDS


def test_both_have_a_figure_of_all_models_and_an_example() -> None:
    assert "n-gram 0.99, 0.375, 0.25; feed-forward" in drawn(ATTRACTORS, tables())
    assert "LSTM 0: 0.99, 1–2: 0.96, 11+: 0.9" in drawn(DISTANCE, tables())
    for block in (ATTRACTORS, DISTANCE):
        assert "<caption>the dogs of the man in town</caption>" in shown(block, tables())
