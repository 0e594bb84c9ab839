"""The blocks on what n-gram models cannot see."""

import pandas as pd
import pytest
from report.lecture.language_findings import agreement, changed, drawn, judged, shown, tables, untested_without

from firth.report.lecture.block import Verdict
from firth.report.lecture.ngram_limits import LARGER_NGRAMS, TRIGRAM_BLOCK


def test_a_trigram_that_is_wrong_more_often_than_a_guess_does_not_see_the_subject() -> None:
    judgment = judged(TRIGRAM_BLOCK, tables())
    assert (judgment.verdict, judgment.number) == (Verdict.HOLDS, "0.25")
    assert "0.25 [0.19–0.28] of 250 pairs" in judgment.finding
    assert "no noun: 0.99, 1 noun ≠: 0.25," in drawn(TRIGRAM_BLOCK, tables())
    untested_without(TRIGRAM_BLOCK, "ngram_order_agreement")


def test_a_trigram_that_finds_the_subject_turns_the_verdict() -> None:
    better = agreement(ngram={"attractors_1": 0.5625}).assign(order=3)
    assert judged(TRIGRAM_BLOCK, {**tables(), "ngram_order_agreement": better}).verdict == Verdict.NOT_HERE


def test_the_order_of_the_run_s_own_model_says_nothing_of_the_trigram() -> None:
    results = {**tables(), "agreement": agreement(ngram={"attractors_1": 0.875})}
    assert judged(TRIGRAM_BLOCK, results) == judged(TRIGRAM_BLOCK, tables())
    for name in ("ngram_orders", "ngram_order_agreement"):
        results[name] = results[name][results[name]["order"] < 3]
    judgment = judged(TRIGRAM_BLOCK, results)
    assert judgment.verdict == Verdict.UNTESTED and "no results of an n-gram model of order 3" in judgment.finding


def test_the_example_is_the_pair_that_the_trigram_judges_worst_with_every_model_s_probabilities() -> None:
    results = tables()
    example = shown(TRIGRAM_BLOCK, results)
    assert "<caption>the &lt;dog&gt; near dogs</caption>" in example
    assert example.index(">trigram<") < example.index("feed-forward") < example.index("LSTM")
    assert ">n-gram<" not in example
    for text in ("0.3750", "0.2500", "0.7500", "&lt; 0.0001"):
        assert f">{text}<" in example
    for name in ("agreement_examples", "ngram_order_examples"):
        more = results[name].query("attractors == 1").assign(pair=3, prefix="worse")
        more["probability"] = more["correct"].map({1: 0.01, 0: 0.99})
        results[name] = pd.concat([results[name], more])
    assert "<caption>worse</caption>" in shown(TRIGRAM_BLOCK, results)


def test_a_larger_model_that_is_still_guessing_does_not_see_it_either() -> None:
    judgment = judged(LARGER_NGRAMS, tables())
    assert (judgment.verdict, judgment.number) == (Verdict.HOLDS, "0.50")
    assert "order 3 to 5 the model grows from 3,000 to 5,000 n-grams" in judgment.finding
    assert "order 2, n-grams 2,000" in drawn(LARGER_NGRAMS, tables())
    example = shown(LARGER_NGRAMS, tables())
    assert "<caption>the &lt;dog&gt; near dogs</caption>" in example and "barks (right)" in example
    assert ">order 2<" in example and ">0.3750<" in example and ">order 1<" not in example
    untested_without(LARGER_NGRAMS, "ngram_orders")


def test_a_larger_model_that_sees_it_turns_the_verdict() -> None:
    shares = [0.5, 0.25, 0.25, 0.375, 0.75]
    assert judged(LARGER_NGRAMS, changed("ngram_orders", attractors_1=shares)).verdict == Verdict.NOT_HERE


def test_orders_without_pairs_have_no_trigram_to_judge() -> None:
    results = {name: table for name, table in tables().items() if name != "ngram_order_agreement"}
    assert "no results of an n-gram model of order 3" in judged(TRIGRAM_BLOCK, results).finding
    results["ngram_orders"] = results["ngram_orders"].assign(attractors_1=None)
    assert "No agreement pairs" in judged(TRIGRAM_BLOCK, results).finding


@pytest.mark.parametrize("orders", [3, 2])
def test_a_run_without_larger_orders_is_not_tested(orders: int) -> None:
    results = tables()
    results["ngram_orders"] = results["ngram_orders"].head(orders)
    judgment = judged(LARGER_NGRAMS, results)
    assert judgment.verdict == Verdict.UNTESTED and "largest_order" in judgment.finding
    results["ngram_orders"] = results["ngram_orders"].drop(columns=["attractors_0", "attractors_1"])
    assert "No agreement pairs" in judged(LARGER_NGRAMS, results).finding
    assert "dashed line" not in drawn(LARGER_NGRAMS, results)
