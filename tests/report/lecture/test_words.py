"""The claims about counts and vectors: tables that say the opposite turn the verdict."""

from dataclasses import replace

import pandas as pd
import pytest
from report.test_page import read
from report.word_results import findings_with, vector_scores, word_angles

from firth.report.findings import Findings
from firth.report.lecture.block import Block, Verdict
from firth.report.lecture.words import WORDS

GOOD = {"one_hot": 0.0125, "raw_counts": 0.75, "ppmi": 0.875, "svd": 0.9, "word2vec": 0.8125}
CORRELATED = {"one_hot": None, "raw_counts": (0.31, 0.21, 0.42), "svd": (0.45, 0.35, 0.55)}
ANGLES = [("dog", "cat", 0.9135, 24.0), ("dog", "rice", 0.1045, 84.0), ("dog", "soup", 0.5, 60.0)]
EXAMPLE = pd.DataFrame(
    [("dog", "the", 1269, 1.25), ("dog", "bar<b>ks", 7, 2.5), ("rice", "the", 413, 1), ("rice", "bar<b>ks", 0, 0)],
    columns=["word", "neighbor", "count", "ppmi"],
)
PLACES = pd.DataFrame([("dog", 1, "the <old>", "barks ."), ("dog", 2, None, "sleeps")])
PLACES.columns = pd.Index(["word", "line", "left", "right"])
SIZES = {"bytes_dense": 4e8, "bytes_sparse": 4e7, "pairs": 5_000_000}
LARGE = pd.DataFrame([{"cells": 100_000_000, "nonzeros": 4_000_000, "density": 0.04, **SIZES}])
SPECTRUM = pd.DataFrame({"dimension": [1, 2, 3], "singular_value": [8.5, 4.25, 2.125]})
DENSITY = pd.DataFrame(
    {"words": [10, 9998], "cells": [100, 99960004], "nonzeros": [90, 4_000_000], "density": [0.9, 0.04]}
)
DIMENSIONS = pd.DataFrame({"dimension": [1, 3], "measure": "nearest_neighbor_accuracy", "score": [0.25, 0.9]})


def block(anchor: str) -> Block:
    return next(block for block in WORDS.blocks if block.anchor == anchor)


def measured() -> Findings:
    tables = {
        "vectors": pd.concat([vector_scores(GOOD), vector_scores({"word2vec": 0.7}, "neighbor_purity")]),
        "angles": word_angles(ANGLES),
        "cooccurrence_example": EXAMPLE.assign(space="counts"),
        "concordance": PLACES.assign(space="counts"),
        "counts": LARGE,
        "spectrum": SPECTRUM,
        "count_density": DENSITY,
        "dimensions": DIMENSIONS,
    }
    settings = {"co-occurrence": {"context_window": 5}}
    return findings_with(tables, settings=settings, word_map='<svg role="img"></svg>')


def with_table(name: str, table: pd.DataFrame) -> Findings:
    found = measured()
    return replace(found, tables={**found.tables, name: table})


@pytest.mark.parametrize(
    ("anchor", "table", "opposite"),
    [
        ("one-hot", "vectors", vector_scores({**GOOD, "word2vec": 0.0125})),
        ("one-hot", "vectors", vector_scores({"one_hot": None, "svd": (0.1, -0.1, 0.3)}, "men_spearman")),
        ("company", "vectors", vector_scores({**GOOD, "raw_counts": 0.5})),
        ("company", "vectors", vector_scores({"raw_counts": (0.1, -0.01, 0.2)}, "men_spearman")),
        ("meaning", "vectors", vector_scores({"word2vec": 0.4}, "neighbor_purity")),
        ("sparse", "counts", LARGE.assign(density=0.11)),
        ("sparse", "counts", LARGE.assign(cells=99_000_000)),
        ("svd", "vectors", vector_scores({**GOOD, "svd": 0.83})),
        ("svd", "vectors", vector_scores({**GOOD, "svd": 0.4, "ppmi": 0.4})),
        ("svd", "vectors", vector_scores({"svd": (0.1, 0.01, 0.2), "ppmi": (0.1, -0.01, 0.2)}, "men_spearman")),
    ],
)
def test_the_opposite_result_turns_the_verdict(anchor: str, table: str, opposite: pd.DataFrame) -> None:
    assert block(anchor).judge(measured()).verdict == Verdict.HOLDS
    assert block(anchor).judge(with_table(table, opposite)).verdict == Verdict.NOT_HERE


def test_the_number_of_a_verdict_is_the_one_that_decides() -> None:
    assert block("one-hot").judge(measured()).number == "0.013"
    few_cells = with_table("counts", LARGE.assign(cells=99_000_000))
    assert [block("sparse").judge(run).number for run in (measured(), few_cells)] == ["0.040", "99,000,000"]


@pytest.mark.parametrize("anchor", ["one-hot", "company", "meaning"])
def test_correlations_with_judgments_decide_where_words_have_no_classes(anchor: str) -> None:
    judgment = block(anchor).judge(with_table("vectors", vector_scores(CORRELATED, "men_spearman")))
    assert judgment.verdict == Verdict.HOLDS
    assert judgment.number == ("0.31 [0.21, 0.42]" if anchor == "company" else "0.45 [0.35, 0.55]")
    assert judgment.number in judgment.finding and "650 pairs" in judgment.finding


@pytest.mark.parametrize("anchor", [block.anchor for block in WORDS.blocks])
def test_without_results_a_claim_is_not_tested_and_nothing_is_drawn(anchor: str) -> None:
    empty = findings_with({})
    judgment = block(anchor).judge(empty)
    assert judgment.verdict == Verdict.UNTESTED and judgment.command == "firth repro" and not judgment.number
    assert block(anchor).draw(empty) is None and block(anchor).example(empty) is None


@pytest.mark.parametrize(
    ("anchor", "finding"),
    [
        ("one-hot", "0.013 of 650 words a nearest neighbor of their class, which is chance; word2vec vectors 0.812."),
        ("company", "Rows of raw co-occurrence counts give 0.750 of 650 words"),
        ("meaning", "word2vec vectors give 650 words ten nearest neighbors of which 0.700 are"),
        ("angle", "word2vec vectors of dog and cat form an angle of 24°, dog and rice 84°."),
        ("sparse", "has 100,000,000 cells, of which a share of 0.040 hold"),
        ("svd", "With 3 numbers a word in place of 9,998, SVD vectors give 0.900 of 650 words"),
    ],
)
def test_findings_say_the_numbers_of_the_tables(anchor: str, finding: str) -> None:
    assert finding in block(anchor).judge(measured()).finding


@pytest.mark.parametrize(
    ("anchor", "label"),
    [
        ("one-hot", "nearest-neighbor accuracy by representation: one-hot 0.013, raw counts 0.750"),
        ("angle", "dog and cat 24 degrees, cosine 0.91, rice 84 degrees, cosine 0.10"),
        ("sparse", "0.900 among 10 words, 0.040 among 9,998"),
        ("svd", "from 8.5 to 2.125; nearest-neighbor accuracy of the first 1 dimensions 0.250"),
    ],
)
def test_figures_are_told_in_words(anchor: str, label: str) -> None:
    assert label in (block(anchor).draw(measured()) or "")


def test_sentences_and_counts_of_a_word_stand_beside_each_other_and_are_escaped() -> None:
    example = block("company").example(measured()) or ""
    assert "the &lt;old&gt; <mark>dog</mark>" in example and "at most 5 on each side" in example
    drawing = block("company").draw(measured()) or ""
    assert "1,269" in drawing and "2.50" in drawing and "bar&lt;b&gt;ks" in drawing and "<b>" not in drawing


def test_neighbors_by_counts_stand_beside_those_by_svd() -> None:
    rows = [("counts", "ppmi", "dog", 1, "wolf", 0.75), ("svd", "svd", "dog", 1, "<cat>", 0.875)]
    columns = ["space", "representation", "word", "rank", "neighbor", "cosine"]
    both = with_table("neighbors", pd.DataFrame(rows, columns=columns))
    example = block("svd").example(both) or ""
    assert example.index("wolf <small>0.75") < example.index("; by SVD: ") < example.index("&lt;cat&gt; <small>0.88")
    assert block("svd").example(with_table("neighbors", pd.DataFrame(rows[:1], columns=columns))) is None


@pytest.mark.parametrize("name", list(measured().tables))
def test_one_table_alone_tests_the_claims_that_need_no_other(name: str) -> None:
    partial = replace(measured(), tables={name: measured().tables[name]})
    tested = {each.anchor for each in WORDS.blocks if each.judge(partial).verdict != Verdict.UNTESTED}
    assert tested == {each.anchor for each in WORDS.blocks if each.sources == (name,)}
    pieces = [piece for each in WORDS.blocks for piece in (each.draw(partial), each.example(partial))]
    assert all(read(str(piece)) for piece in pieces if piece is not None)  # sound HTML
