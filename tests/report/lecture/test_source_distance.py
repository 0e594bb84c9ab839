"""The block on the source perplexity."""

import re

import pytest
from report.lecture.language_findings import changed, drawn, judged, shown, tables, untested_without

from firth.report.lecture.block import Verdict
from firth.report.lecture.source_distance import SOURCE


def test_the_nearest_recurrent_network_stands_beside_the_nearest_other_model() -> None:
    judgment = judged(SOURCE, tables())
    assert (judgment.verdict, judgment.number) == (Verdict.HOLDS, "1.062")
    assert "the LSTM is 1.062 times the source perplexity of 8.00" in judgment.finding
    assert "the feed-forward network, 1.500 times" in judgment.finding
    untested_without(SOURCE, "perplexity", "excess_cross_entropy", "learning_curves")


def test_another_model_that_is_nearer_turns_the_verdict() -> None:
    judgment = judged(SOURCE, changed("perplexity", perplexity_over_source=[1.03125, 1.5, 1.25, 1.125]))
    assert judgment.verdict == Verdict.NOT_HERE and judgment.number == "1.125"


@pytest.mark.parametrize(("models", "told"), [(["ngram"], "a recurrent network"), (["lstm", "rnn"], "alone")])
def test_one_kind_of_model_has_nothing_to_be_compared_with(models: list[str], told: str) -> None:
    results = tables()
    results["perplexity"] = results["perplexity"][results["perplexity"]["model"].isin(models)]
    judgment = judged(SOURCE, results)
    assert judgment.verdict == Verdict.UNTESTED and told in judgment.finding


def test_text_of_unknown_entropy_is_not_tested() -> None:
    judgment = judged(SOURCE, changed("perplexity", perplexity_over_source=None, source_perplexity=None))
    assert judgment.verdict == Verdict.UNTESTED and "built-in world" in judgment.finding


def test_the_networks_epochs_and_rates_stand_beside_their_perplexities() -> None:
    example = shown(SOURCE, tables())
    for model, numbers in (("feed-forward", ["12.00", "1", "0.25"]), ("LSTM", ["8.500", "3", "0.5"])):
        assert re.findall(rf'data-label="{model}">([^<]*)<', example) == numbers
    assert "<caption>Test perplexity; the networks were not trained alike</caption>" in example
    alike = changed("training", epochs=2)
    alike["training"] = alike["training"].query("model != 'lm-feedforward'")  # whose learning rate is another
    assert "<caption>Test perplexity</caption>" in shown(SOURCE, alike)
    assert "LSTM agreement 0.25, selection 0.125, structure -0.001" in drawn(SOURCE, tables())
    assert "LSTM from 11 to 10 at best" in drawn(SOURCE, tables())
