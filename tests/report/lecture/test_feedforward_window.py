"""The blocks on the feed-forward network."""

import pytest
from report.lecture.language_findings import changed, drawn, judged, shown, tables, untested_without

from firth.report.lecture.block import Verdict
from firth.report.lecture.feedforward_window import FEEDFORWARD, WINDOW


def test_the_network_is_drawn_with_its_words_and_sizes() -> None:
    judgment = judged(FEEDFORWARD, tables())
    assert judgment.verdict == Verdict.EXPLAINED and "12,346 parameters" in judgment.finding
    svg = drawn(FEEDFORWARD, tables())
    for text in (">the<", ">&lt;dog&gt;<", ">barks<", ">0.5000<", ">2 · 16<", ">24<", ">4,321 words<"):
        assert text in svg
    untested_without(FEEDFORWARD, "training")


def test_words_of_another_language_are_marked_in_the_drawing() -> None:
    svg = drawn(FEEDFORWARD, tables(), language="fr")
    assert 'lang="fr">barks<' in svg and 'lang="fr"' not in drawn(FEEDFORWARD, tables())


def test_a_window_that_hides_the_subject_leaves_a_guess() -> None:
    judgment = judged(WINDOW, tables())
    assert (judgment.verdict, judgment.number) == (Verdict.HOLDS, "0.53")
    assert "Reading 2 words" in judgment.finding and "0.88 [0.81–0.91]" in judgment.finding


@pytest.mark.parametrize("shares", [[0.875, 0.75, 0.96875, 0.75], [0.53125, 0.53125, 0.96875, 0.53125]])
def test_a_network_as_good_outside_its_window_or_as_poor_inside_turns_the_verdict(shares: list[float]) -> None:
    low = [share - 0.0625 for share in shares]
    assert judged(WINDOW, changed("agreement_window", accuracy=shares, low=low)).verdict == Verdict.NOT_HERE


def test_the_example_marks_the_words_that_the_window_holds() -> None:
    example = shown(WINDOW, tables())
    assert "the dogs of the man <mark>in town</mark>" in example and "bark <small>0.2500</small>" in example
    assert "window of 2 words" in drawn(WINDOW, tables())
    untested_without(WINDOW, "agreement_window")


def test_a_network_without_pairs_outside_its_window_is_not_tested() -> None:
    results = tables()
    results["agreement_window"] = results["agreement_window"].query("subject == 'inside'")
    assert judged(WINDOW, results).verdict == Verdict.UNTESTED
