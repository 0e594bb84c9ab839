"""One vector, its size, and attention."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from report.lecture.said_numbers import unfounded
from report.test_page import findings, read

from firth.report.findings import Findings
from firth.report.lecture.block import Verdict
from firth.report.lecture.bottleneck import ATTENTION, LENGTH, SIZE

GROUPS, SENTENCES = ("1-5", "6-10", "11-15"), (466, 20, 19)


def by_length(**models: tuple[float, float, float]) -> Findings:
    """BLEU of each translator on three groups of lengths, the last of which is too small to decide."""
    rows = [
        {"task": "translation", "attention": key, "split": "test", "source_length": group, "sentences": n, "bleu": bleu}
        for key, scores in models.items()
        for group, n, bleu in zip(GROUPS, SENTENCES, scores, strict=True)
    ]
    return replace(findings(), tables={"source_length": pd.DataFrame(rows)} if rows else {})


def uncounted() -> Findings:
    """BLEU of an unknown number of sentences."""
    found = by_length(none=(95.3, 52.9, 21.5))
    return replace(found, tables={"source_length": found.tables["source_length"].assign(sentences=None)})


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (by_length(none=(95.3, 52.9, 21.5), dot=(97.2, 95.4, 91.5)), Verdict.HOLDS),
        (by_length(none=(95.3, 52.9, 21.5)), Verdict.HOLDS),
        (by_length(none=(95.3, 92.5, 21.5), dot=(97.2, 95.4, 91.5)), Verdict.NOT_HERE),
        (by_length(none=(95.3, 52.9, 21.5), dot=(97.2, 35.4, 91.5)), Verdict.NOT_HERE),
        (by_length(dot=(97.2, 95.4, 91.5)), Verdict.UNTESTED),
        (uncounted(), Verdict.UNTESTED),
        (by_length(), Verdict.UNTESTED),
    ],
)
def test_without_attention_long_sentences_must_suffer_more(found: Findings, verdict: Verdict) -> None:
    assert LENGTH.judge(found).verdict == verdict
    assert unfounded(LENGTH, found) == []


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (by_length(none=(95.3, 52.9, 21.5), dot=(97.2, 95.4, 91.5)), Verdict.HOLDS),
        (by_length(none=(95.3, 92.9, 21.5), dot=(97.2, 95.4, 91.5)), Verdict.NOT_HERE),
        (by_length(none=(95.3, 52.9, 21.5)), Verdict.UNTESTED),
        (by_length(), Verdict.UNTESTED),
    ],
)
def test_attention_must_help_on_the_longest_sentences(found: Findings, verdict: Verdict) -> None:
    assert ATTENTION.judge(found).verdict == verdict
    assert unfounded(ATTENTION, found) == []


def test_small_groups_are_named_beside_the_figure() -> None:
    drawn = str(LENGTH.draw(by_length(none=(95.3, 52.9, 21.5))))
    assert "BLEU by words in the source, test: without attention 1-5: 95.3, 6-10: 52.9, 11-15: 21.5" in drawn
    assert "Sentences of each length: 1-5: 466, 6-10: 20, 11-15: 19. Hollow points are of fewer than 20." in drawn
    assert drawn.count('fill-opacity="0"') == 1
    assert LENGTH.draw(by_length()) is None and LENGTH.draw(uncounted()) is None


def test_a_long_sentence_shows_what_the_vector_loses() -> None:
    samples = [
        {"source": "A b c.", "reference": "Un b c.", "outputs": {"none": "Un c.", "dot": "Un b c."}},
        {"source": "A.", "reference": "Un a.", "outputs": {"none": "Un.", "dot": "Un a."}},
        {"source": "A longer one.", "reference": "Un d e f.", "outputs": {"none": "Un.", "dot": "Le d."}},
    ]
    found = replace(by_length(none=(9, 9, 9), dot=(9, 9, 9)), samples={"translation": samples})
    assert read(str(LENGTH.example(found))).rows[1:] == [["without attention", "Un … c."], ["dot attention", "Un b c."]]
    assert LENGTH.example(replace(found, samples={})) is None


def sized(*bleu: float | None) -> Findings:
    lengths = {"1-5": {"sentences": 20, "bleu": 51.5}, "6-10": {"sentences": 9, "bleu": 31.5}}
    sizes = {
        f"hidden_size_{16 * 2**step}": {"bleu": score, "by_source_length": lengths} for step, score in enumerate(bleu)
    }
    return replace(findings(), studies={"bottleneck": {"by_hidden_size": sizes}} if sizes else {})


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (sized(10.4, 23.2, 76.6), Verdict.HOLDS),
        (sized(10.4, 9.5, 76.6), Verdict.NOT_HERE),
        (sized(10.4, 12.5, 13.5), Verdict.NOT_HERE),
        (sized(10.4), Verdict.UNTESTED),
        (sized(10.4, None), Verdict.UNTESTED),
        (sized(), Verdict.UNTESTED),
    ],
)
def test_every_larger_vector_must_translate_better(found: Findings, verdict: Verdict) -> None:
    assert SIZE.judge(found).verdict == verdict
    assert unfounded(SIZE, found) == []


def test_sizes_are_drawn_for_the_groups_that_have_enough_sentences() -> None:
    drawn = str(SIZE.draw(sized(10.4, 76.6)))
    assert "BLEU by units of the vector: all sources 16: 10.4, 32: 76.6; 1-5 words 16: 51.5" in drawn
    assert "6-10 words" not in drawn
    assert SIZE.draw(sized()) is None


def cells(attention: str, weights: list[list[float]]) -> list[dict[str, Any]]:
    return [
        {
            "task": "translation", "attention": attention, "sentence": 1, "output_position": row, "output": output,
            "source_position": column, "source": source, "gradient_norm": weight,
            "attention_weight": None if attention == "none" else weight,
        }
        for row, (output, found) in enumerate(zip(["les", "<pommes>", "rouges"], weights, strict=True), start=1)
        for column, (source, weight) in enumerate(zip(["the", "red", "apples"], found, strict=True), start=1)
    ]  # fmt: skip


def test_the_map_of_attention_comes_first_and_its_example_shows_another_order() -> None:
    weights = [[0.75, 0.25, 0.0], [0.0, 0.25, 0.75], [0.0, 0.875, 0.125]]
    rows = [*cells("none", [[2.0, 1.0, 1.0]] * 3), *cells("dot", weights)]
    found = replace(findings(), tables={"example_sentences": pd.DataFrame(rows)})
    drawn = str(ATTENTION.draw(found))
    first, folded = drawn.split("<details>")
    assert "Attention, dot attention: les most from the; &lt;pommes&gt; most from apples" in first
    assert "Share of the gradient, without attention: les most from the" in folded
    assert "0.88<" in first and "0.50<" in folded  # each scale ends at its own largest weight
    example = str(ATTENTION.example(found))
    assert "&lt;pommes&gt;</span>” attends to “apples” (0.75)" in example and "“red” (0.88)" in example
    long = [{**rows[-1], "sentence": 2, "source_position": 1, "output_position": position} for position in range(1, 18)]
    with_long = replace(findings(), tables={"example_sentences": pd.DataFrame([*long, *rows])})
    assert str(ATTENTION.draw(with_long)).split("<details>")[0] == first
    without = replace(findings(), tables={"example_sentences": pd.DataFrame(cells("none", weights))})
    assert ATTENTION.example(without) is None
    assert ATTENTION.draw(by_length()) is None
