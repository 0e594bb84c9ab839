"""Answers to questions beside the best baseline."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from report.lecture.said_numbers import unfounded
from report.test_page import findings, read

from firth.report.findings import Findings
from firth.report.lecture.answering import ANSWERS
from firth.report.lecture.block import Verdict


def answered(**scores: Any) -> Findings:
    models = [{"task": "qa", "attention": attention, "split": "test"} for attention in ("none", "dot")]
    row = {
        "questions": 1000, "exact_match": 0.99, "exact_match_low": 0.982, "exact_match_high": 0.995,
        "question_alone": 0.128, "last_place": 0.306, **scores,
    }  # fmt: skip
    first = {**row, "exact_match": 0.25, "exact_match_low": 0.2, "exact_match_high": 0.3}
    examples = [
        {**model, "sentence": number, "source": source, "output": "<unk>.", "unknown": "Tim"}
        for model in models
        for number, source in ((1, "Where is Tim?"), (2, "Where is Mary?"))
    ]
    groups = [{**model, "grouping": "sentences", "group": "2", "questions": 9, "exact_match": 1} for model in models]
    return replace(
        findings(),
        tables={
            "answers": pd.DataFrame([{**models[0], **first}, {**models[1], **row}]),
            "answer_groups": pd.DataFrame(groups),
            "example_outputs": pd.DataFrame(examples).drop(columns="split"),
        },
    )


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (answered(), Verdict.HOLDS),
        (answered(exact_match=0.32, exact_match_low=0.3), Verdict.NOT_HERE),
        (answered(exact_match_low=None), Verdict.HOLDS),
        (answered(question_alone=0.999), Verdict.NOT_HERE),
        (answered(questions=None), Verdict.UNTESTED),
        (answered(question_alone=None, last_place=None), Verdict.UNTESTED),
        (replace(findings(), tables={}), Verdict.UNTESTED),
    ],
)
def test_the_best_model_must_be_above_every_baseline(found: Findings, verdict: Verdict) -> None:
    assert ANSWERS.judge(found).verdict == verdict
    assert unfounded(ANSWERS, found) == []


def test_the_number_holds_the_end_of_the_interval_that_decides() -> None:
    assert ANSWERS.judge(answered()).number == "0.990 [0.982–0.995]"


@pytest.mark.parametrize(
    ("scores", "named"),
    [
        ({}, "the last place that the story names, 0.306."),
        ({"last_place": None}, "the most frequent answer to the question, 0.128."),
    ],
)
def test_the_best_baseline_is_named(scores: dict[str, Any], named: str) -> None:
    assert ANSWERS.judge(answered(**scores)).finding.endswith(f"; by the best simple baseline, {named}")
    assert named.split(",", maxsplit=1)[0] in str(ANSWERS.draw(answered(**scores)))


def test_the_figure_has_the_baseline_and_the_example_is_the_first_question() -> None:
    assert "best baseline" in str(ANSWERS.draw(answered()))
    assert "best baseline<" not in str(ANSWERS.draw(answered(question_alone=None, last_place=None)))
    example = str(ANSWERS.example(answered()))
    assert read(example).rows[1] == ["without attention", "<unk>. (out of vocabulary: Tim)"]
    assert "Where is Tim?" in example and "Mary" not in example
    without = replace(findings(), tables={})
    assert ANSWERS.draw(without) is None and ANSWERS.example(without) is None


def test_many_lengths_of_stories_are_drawn_in_groups_that_double() -> None:
    def drawn(lengths: range, questions: int) -> str:
        groups = [
            {"task": "qa", "attention": attention, "split": "test", "grouping": "sentences", "group": str(length),
             "questions": questions, "exact_match": (length + last) / 100}
            for attention, last in (("none", 0), ("dot", 50))
            for length in lengths
        ]  # fmt: skip
        tables = {**answered().tables, "answer_groups": pd.DataFrame(groups)}
        return str(ANSWERS.draw(replace(answered(), tables=tables)))

    assert "without attention 2: 0.02, 3: 0.03; dot attention 2: 0.52, 3: 0.53" in drawn(range(2, 4), 20)
    many = drawn(range(1, 19), 4)
    assert "without attention 1: 0.01, 2: 0.02, 3–4: 0.035, 5–8: 0.065, 9–16: 0.125, 17–32: 0.175; dot" in many
    assert "Hollow points are of fewer than 20 questions." in many
    assert "Hollow" not in drawn(range(2, 4), 20)
