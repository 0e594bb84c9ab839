"""The lecture's sentence, and the quality of translations."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from report.lecture.said_numbers import unfounded
from report.test_page import findings, read

from firth.report.findings import Findings
from firth.report.lecture.block import Verdict
from firth.report.lecture.translation_claims import QUALITY, TRANSLATES

RIGHT = "Marie mange des pommes."


def translated(outputs: tuple[str, ...] = (RIGHT, RIGHT), target: str = "fr", **scores: Any) -> Findings:
    """Two translators with what they write for the lecture's sentence; ``scores`` are of the one with attention."""
    models = [{"task": "translation", "attention": attention} for attention in ("none", "dot")]
    examples = [
        {**model, "sentence": 1, "source": "Mary eats apples.", "output": output, "unknown": "apples" * (output == "X")}
        for model, output in zip(models, outputs, strict=False)
    ]
    same = {"split": "test", "sentences": 1600, "exact_match": 0.6, "exact_match_low": 0.58, "exact_match_high": 0.62}
    rows = [
        {**models[0], **same, "bleu": 75.4, "bleu_low": 74.0, "bleu_high": 77.0},
        {**models[1], **same, "bleu": 96.1, "bleu_low": 95.5, "bleu_high": 96.7, **scores},
    ]
    corpora: Any = {"translation": {"language": {"source": "en", "target": target}}}
    tables = {"translation": pd.DataFrame(rows), "example_outputs": pd.DataFrame(examples)}
    return replace(findings(), corpora=corpora, tables=tables)


@pytest.mark.parametrize(
    ("found", "verdict", "number"),
    [
        (translated(), Verdict.HOLDS, "2 of 2"),
        (translated(("marie mange des pommes.",) * 2), Verdict.HOLDS, "2 of 2"),
        (translated((RIGHT, "Marie mange des poires.")), Verdict.NOT_HERE, "1 of 2"),
        (translated(target="de"), Verdict.UNTESTED, ""),
        (translated(()), Verdict.UNTESTED, ""),
        (replace(findings(), tables={}), Verdict.UNTESTED, ""),
    ],
)
def test_every_translator_must_write_the_translation_of_the_lecture(
    found: Findings, verdict: Verdict, number: str
) -> None:
    judgment = TRANSLATES.judge(found)
    assert (judgment.verdict, judgment.number) == (verdict, number) and number in judgment.finding
    assert unfounded(TRANSLATES, found) == []


def test_the_lowest_likely_score_decides_on_quality() -> None:
    assert QUALITY.judge(translated()).verdict == Verdict.HOLDS
    assert "BLEU is 96.1 [95.5–96.7] with dot attention (1,600 test" in QUALITY.judge(translated()).finding
    scores = translated().tables["translation"].assign(bleu=31.0, bleu_low=29.5)
    poor = replace(translated(), tables={"translation": scores})
    assert QUALITY.judge(poor).verdict == Verdict.NOT_HERE
    assert QUALITY.judge(replace(findings(), tables={})).verdict == Verdict.UNTESTED
    assert unfounded(QUALITY, translated()) == unfounded(QUALITY, poor) == []


def test_scores_of_an_unknown_number_of_sentences_are_not_said() -> None:
    found = translated(sentences=None)
    assert "with dot attention" not in TRANSLATES.judge(found).finding + QUALITY.judge(found).finding
    assert "75.4 without attention" in TRANSLATES.judge(found).finding


def test_scores_of_an_earlier_release_without_intervals_are_shown() -> None:
    earlier = translated(bleu_low=None, bleu_high=None)
    assert "BLEU is 96.1 with" in QUALITY.judge(earlier).finding and QUALITY.judge(earlier).verdict == Verdict.HOLDS
    assert "dot attention 96.1" in str(TRANSLATES.draw(earlier))
    assert TRANSLATES.draw(replace(findings(), tables={})) is None


def test_wrong_words_are_marked_and_unknown_ones_are_named() -> None:
    example = str(TRANSLATES.example(translated(("Marie mange des poires.", "X"))))
    assert "Marie mange des <mark>poires.</mark>" in example and "(out of vocabulary: apples)" in example
    german = str(TRANSLATES.example(translated(("Maria isst.", "Maria isst."), target="de")))
    assert '<span lang="de">Maria isst.</span>' in german


def test_an_error_of_the_best_translator_is_shown_with_its_words_marked() -> None:
    samples = [
        {"source": "A.", "reference": "Un a.", "outputs": {"none": "Un.", "dot": "Un a."}},
        {"source": "B <i>.", "reference": "Un b.", "outputs": {"none": "Un b.", "dot": "Le b."}},
    ]
    example = str(QUALITY.example(replace(translated(), samples={"translation": samples})))
    assert read(example).rows[1:] == [["reference", "Un b."], ["dot attention", "Le b."]]
    assert "B &lt;i&gt;." in example and "<mark>Le</mark> b." in example
    assert QUALITY.example(replace(translated(), samples={})) is None
