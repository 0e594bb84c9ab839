"""The block on the unrolled network."""

from report.lecture.language_findings import drawn, judged, tables, untested_without

from firth.report.lecture.block import Verdict
from firth.report.lecture.recurrence import UNROLLED


def test_the_first_recurrent_network_is_drawn_reading_a_sentence() -> None:
    judgment = judged(UNROLLED, tables())
    assert judgment.verdict == Verdict.EXPLAINED and "the RNN has 12,347 parameters" in judgment.finding
    svg = drawn(UNROLLED, tables())
    assert "the RNN unrolled: reads &lt;eos&gt;, gives the 0.5000; reads the, gives &lt;dog&gt; 0.2500" in svg
    assert svg.count('class="state"') == 3
    untested_without(UNROLLED, "training", "sentence_probabilities")


def test_a_long_sentence_is_drawn_in_part() -> None:
    results = tables()
    row = results["sentence_probabilities"].query("model == 'lstm'").head(1)
    results["sentence_probabilities"] = row.loc[row.index.repeat(9)].assign(position=range(1, 10))
    svg = drawn(UNROLLED, results)
    assert svg.count('class="state"') == 5 and "the LSTM unrolled" in svg
