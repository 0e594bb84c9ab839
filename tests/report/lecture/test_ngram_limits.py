"""The blocks on what n-gram models cannot see."""

import pandas as pd
import pytest
from report.lecture.language_findings import agreement, changed, drawn, judged, shown, tables, untested_without

from firth.report.lecture.block import Verdict
from firth.report.lecture.ngram_limits import LARGER_NGRAMS, TRIGRAM_BLOCK


def test_a_trigram_that_is_wrong_more_often_than_a_guess_does_not_see_the_subject() -> None:
    judgment = judged(TRIGRAM_BLOCK, tables())
    assert (judgment.verdict, judgment.number) == (Verdict.HOLDS, "0.38")
    assert "0.38 [0.31–0.41] of 250 pairs" in judgment.finding
    assert "no noun: 0.99, 1 noun ≠: 0.375" in drawn(TRIGRAM_BLOCK, tables())
    untested_without(TRIGRAM_BLOCK, "agreement")


def test_a_trigram_that_finds_the_subject_turns_the_verdict() -> None:
    results = {**tables(), "agreement": agreement(ngram={"attractors_1": 0.5625})}
    assert judged(TRIGRAM_BLOCK, results).verdict == Verdict.NOT_HERE


def test_the_example_is_the_pair_that_the_trigram_judges_worst_with_every_model_s_probabilities() -> None:
    results = tables()
    example = shown(TRIGRAM_BLOCK, results)
    assert "<caption>the &lt;dog&gt; near dogs</caption>" in example
    assert example.index("n-gram") < example.index("feed-forward") < example.index("LSTM")
    for text in ("0.1250", "0.2500", "0.7500", "&lt; 0.0001"):
        assert f">{text}<" in example
    more = results["agreement_examples"].assign(pair=3, prefix="worse", probability=[0.01, 0.99, 0.5, 0.5] * 4)
    more = more[more["attractors"] == 1]
    results["agreement_examples"] = pd.concat([results["agreement_examples"], more])
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


@pytest.mark.parametrize("orders", [3, 2])
def test_a_run_without_larger_orders_is_not_tested(orders: int) -> None:
    results = tables()
    results["ngram_orders"] = results["ngram_orders"].head(orders)
    judgment = judged(LARGER_NGRAMS, results)
    assert judgment.verdict == Verdict.UNTESTED and "largest_order" in judgment.finding
    results["ngram_orders"] = results["ngram_orders"].drop(columns=["attractors_0", "attractors_1"])
    assert "No agreement pairs" in judged(LARGER_NGRAMS, results).finding
    assert "dashed line" not in drawn(LARGER_NGRAMS, results)
