"""The block on what a language model is."""

import pytest
from report.lecture.language_findings import SETTINGS, drawn, findings, judged, shown, tables, untested_without

from firth.report.lecture.block import Verdict
from firth.report.lecture.feedforward_window import FEEDFORWARD
from firth.report.lecture.language_model_claims import LANGUAGE_MODEL
from firth.report.lecture.recurrence import UNROLLED


def test_a_sentence_has_the_likelihood_of_its_last_token_by_the_best_model_and_the_n_gram_model() -> None:
    judgment = judged(LANGUAGE_MODEL, tables())
    assert judgment.verdict == Verdict.EXPLAINED
    assert "3.2 nats by the LSTM and 6.0 nats by the n-gram model" in judgment.finding
    untested_without(LANGUAGE_MODEL, "sentence_probabilities", "next_words")


def test_each_word_of_the_sentence_has_its_probability() -> None:
    example = shown(LANGUAGE_MODEL, tables())
    assert "&lt;dog&gt; <small>0.2500</small>" in example and "&lt;eos&gt; <small>&lt; 0.0001</small>" in example


def test_a_long_sentence_has_its_whole_likelihood_and_a_gap_before_its_end() -> None:
    results = tables()
    long = results["sentence_probabilities"]
    ends = long["token"] == "<eos>"
    long.loc[ends, ["position", "negative_log_likelihood"]] = [40, 77.7]
    assert "77.7 nats by the LSTM" in judged(LANGUAGE_MODEL, results).finding
    assert '</span> <span class="ranked">… <small></small></span> <span class="ranked">&lt;eos&gt;' in shown(
        LANGUAGE_MODEL, results
    )
    assert "…" not in shown(LANGUAGE_MODEL, tables())


@pytest.mark.parametrize("segmentation", ["subwords", "characters"])
def test_tokens_that_are_no_words_are_not_called_words(segmentation: str) -> None:
    run = findings(tables(), settings={**SETTINGS, "tokens, lm": {"segmentation": segmentation}})
    for block in (LANGUAGE_MODEL, FEEDFORWARD, UNROLLED):
        said = "".join(map(str, (block.judge(run).finding, block.draw(run), block.example(run) or "")))
        assert segmentation.removesuffix("s") in said and " word" not in said


def test_the_next_words_stand_in_a_column_for_each_model_and_the_grammar() -> None:
    svg = drawn(LANGUAGE_MODEL, tables())
    assert svg.index(">n-gram<") < svg.index(">LSTM<") < svg.index(">the grammar<")
    assert svg.count(">barks<") == 3 and svg.count(">.<") == 2 and "after “the &lt;dog&gt;”" in svg
    other = tables()
    other["next_words"] = other["next_words"].drop(columns=["source_token", "source_probability"])
    assert "the grammar" not in drawn(LANGUAGE_MODEL, other)


def test_other_language_is_marked() -> None:
    assert '<span lang="fr">the &lt;dog&gt;</span>' in drawn(LANGUAGE_MODEL, tables(), language="fr")
