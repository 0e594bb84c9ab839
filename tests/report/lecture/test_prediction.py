"""The claims about learned vectors: results that say the opposite turn the verdict."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from report.test_page import read
from report.word_results import findings_with, vector_scores

from firth.report.findings import Findings
from firth.report.lecture.block import Block, Verdict
from firth.report.lecture.prediction import PREDICTION


def vectors(accuracy: float, operations: float | None) -> dict[str, Any]:
    quality = {"nearest_neighbor_accuracy": 0.9, "words": 5e5, "operations": operations}
    return {"operations_a_word": 4321.0, "nearest_neighbor_accuracy": accuracy, "equal_quality": quality}


def lstm(perplexity: float) -> dict[str, Any]:
    share = {"training_tokens": 19241, "best_epoch": 8, "test": {"perplexity": perplexity}}
    whole = {"training_tokens": 192410, "best_epoch": 8, "test": {"perplexity": 1.5}}
    return {"initial_embeddings_covered": 0.998, "share_1": whole, "share_0.1": share}


STUDIES: dict[str, Any] = {
    "vectors-feedforward": vectors(0.95, 2.85e11),
    "vectors-negative_sampling": vectors(0.99, 4.42e9),
    "softmax": {
        "operations_a_word": {
            "softmax": {"vocabulary_50000": 1.5052e7, "vocabulary_1000": 303030.0},
            "negative_sampling": {"vocabulary_1000": 6829.96, "vocabulary_50000": 6829.96},
        }
    },
    "embeddings-random": lstm(36.06),
    "embeddings-word2vec": lstm(31.55),
    "pairs-random": {"percent_1": {"pairs": 300, "bleu": 1.5}, "percent_5": {"pairs": 1500, "bleu": 16.85}},
    "pairs-word2vec": {"percent_1": {"pairs": 300, "bleu": 1.0}, "percent_5": {"pairs": 1500, "bleu": 39.56}},
}
TESTED_ALONE = {"softmax": {"negative-sampling"}, "vectors": {"skip-gram"}, "texts": {"features"}}
CURVES = {
    "vectors-feedforward": pd.DataFrame(
        {"words": [1e4, 1e6], "operations": [1e10, 1e12], "nearest_neighbor_accuracy": [0.25, 0.95]}
    ),
    **{
        f"embeddings-{initial}": pd.DataFrame(
            {"share": [1, 0.1, 0.1], "epoch": [1, 1, 2], "valid_perplexity": [5.5, 90.5, last]}
        )
        for initial, last in (("random", 37.5), ("word2vec", 32.5))
    },
}
TABLES = {
    "vectors": vector_scores({"word2vec": 0.8125}),
    "cooccurrence_example": pd.DataFrame(
        [("counts", "dog", "the", 3, 0.5)], columns=["space", "word", "neighbor", "count", "ppmi"]
    ),
    "concordance": pd.DataFrame(
        [("counts", "dog", 1, None, "barks"), ("counts", "dog", 2, "a b c the <old>", "near d e f .")],
        columns=["space", "word", "line", "left", "right"],
    ),
    "texts": pd.DataFrame(
        [("lm", None, None), ("translation", 4000, 1.0259), ("translation", 4000, 1.1493)],
        columns=["role", "vocabulary_size", "pieces_per_word"],
    ),
}


def block(anchor: str) -> Block:
    return next(block for block in PREDICTION.blocks if block.anchor == anchor)


def measured() -> Findings:
    return findings_with(
        TABLES,
        studies=STUDIES,
        study_curves=CURVES,
        settings={
            "word2vec": {"loss": "negative_sampling", "negative_samples": 5},
            "tokens, translation": {"segmentation": "subwords"},
        },
        corpora={"translation": {"language": {"source": "en", "target": "fr"}}},
        split_words=[["charg", "er<a>"]],
    )


def with_study(path: str, value: Any) -> Findings:
    """A study's number, its keys joined by /, replaced."""
    studies = deepcopy(STUDIES)
    *keys, last = path.split("/")
    place = studies
    for key in keys:
        place = place[key]
    place[last] = value
    return replace(measured(), studies=studies)


@pytest.mark.parametrize(
    ("anchor", "path", "opposite", "number"),
    [
        ("neural-vectors", "vectors-feedforward/equal_quality/operations", 4.4e10, "44 billion"),
        ("neural-vectors", "vectors-feedforward/equal_quality/operations", None, ""),
        ("negative-sampling", "softmax/operations_a_word/softmax/vocabulary_50000", 7e6, "7,000,000"),
        ("negative-sampling", "softmax/operations_a_word/negative_sampling/vocabulary_50000", 8e3, "8,000"),
        ("log-linear", "vectors-negative_sampling/nearest_neighbor_accuracy", 0.94, "0.940"),
        ("inputs", "embeddings-word2vec/share_0.1/test/perplexity", 35.0, "35.0"),
        ("inputs", "pairs-word2vec/percent_5/bleu", 18.5, "18.5"),
        ("inputs", "pairs-word2vec/percent_5/bleu", 5.0, "5.0"),
    ],
)
def test_the_opposite_result_turns_the_verdict(anchor: str, path: str, opposite: float | None, number: str) -> None:
    assert block(anchor).judge(measured()).verdict == Verdict.HOLDS
    judgment = block(anchor).judge(with_study(path, opposite))
    assert (judgment.verdict, judgment.number) == (Verdict.NOT_HERE, number)


def test_vectors_without_neighbors_of_their_class_turn_the_verdict_on_skip_gram() -> None:
    assert block("skip-gram").judge(measured()).verdict == Verdict.HOLDS
    poor = replace(measured(), tables={**TABLES, "vectors": vector_scores({"word2vec": 0.5})})
    assert block("skip-gram").judge(poor).verdict == Verdict.NOT_HERE


@pytest.mark.parametrize("anchor", [block.anchor for block in PREDICTION.blocks])
def test_without_results_a_claim_is_not_tested_and_nothing_is_drawn(anchor: str) -> None:
    judgment = block(anchor).judge(findings_with({}))
    assert judgment.verdict == Verdict.UNTESTED and not judgment.number
    assert judgment.command in ("firth repro", "make studies")
    assert block(anchor).draw(findings_with({})) is None and block(anchor).example(findings_with({})) is None


@pytest.mark.parametrize(
    ("anchor", "finding"),
    [
        ("neural-vectors", "accuracy is 0.9, the feed-forward language model takes 285 billion operations"),
        ("neural-vectors", "negative sampling 4.42 billion."),
        ("skip-gram", "give 0.812 of 650 words"),
        ("negative-sampling", "With 50,000 words in the vocabulary, a softmax takes 15,052,000 operations"),
        ("negative-sampling", "negative sampling 6,830; with 1,000 words, 303,030 and 6,830."),
        ("log-linear", "end at a nearest-neighbor accuracy of 0.990; those of the feed-forward network, which has one"),
        ("inputs", "An LSTM trained on 19,241 tokens reaches a test perplexity of 31.6 from word2vec vectors, 36.1"),
        (
            "inputs",
            "; a translator trained on 1,500 pairs reaches a test BLEU of 39.6 from word2vec vectors, 16.9 from",
        ),
        ("features", "here 4,000 subwords spell every word, with 1.15 subwords a word."),
    ],
)
def test_findings_say_the_numbers_of_the_results(anchor: str, finding: str) -> None:
    judgment = block(anchor).judge(measured())
    assert finding in judgment.finding and judgment.number in judgment.finding


@pytest.mark.parametrize(
    ("anchor", "label"),
    [
        ("neural-vectors", "operations so far: feed-forward 0.95 after 1e+12"),
        ("skip-gram", "the vector of dog predicts each of the context words c, the, &lt;old&gt;, near, d, e"),
        ("negative-sampling", "softmax from 3.03e+05 for 1000 words to 1.51e+07 for 50000; negative sampling from"),
        ("log-linear", "words read: feed-forward 0.95 after 1e+06"),
        (
            "inputs",
            "random 1: 90.5, 2: 37.5; word2vec 1: 90.5, 2: 32.5. Test BLEU by training pairs: random 300: 1.5",
        ),
        ("features", 'lang="fr">er&lt;a&gt;</span>'),
    ],
)
def test_figures_are_told_in_words(anchor: str, label: str) -> None:
    drawing = block(anchor).draw(measured()) or ""
    assert label in drawing and "<old>" not in drawing and "<a>" not in drawing


@pytest.mark.parametrize(
    ("anchor", "example"),
    [
        ("neural-vectors", "takes 4,321 operations in the feed-forward network"),
        ("skip-gram", "<mark>dog</mark> "),
        ("negative-sampling", "<code>&lt;old&gt;</code>, the loss scores 5 words n drawn at random"),
        ("log-linear", "up to log Z"),
        ("inputs", "which is not the LSTM’s. A share of 0.998 of the LSTM’s vocabulary"),
    ],
)
def test_an_example_of_the_run_stands_beside_the_finding(anchor: str, example: str) -> None:
    assert example in (block(anchor).example(measured()) or "")


def test_one_of_the_two_studies_of_initial_embeddings_decides_alone() -> None:
    for kept in ("embeddings", "pairs"):
        studies = {name: found for name, found in STUDIES.items() if name.startswith(kept)}
        judgment = block("inputs").judge(replace(measured(), studies=studies))
        assert judgment.verdict == Verdict.HOLDS
        assert ("LSTM" in judgment.finding, "translator" in judgment.finding) == (kept == "embeddings", kept == "pairs")


@pytest.mark.parametrize("name", [*STUDIES, *TABLES])
def test_one_result_alone_tests_no_claim_of_other_results(name: str) -> None:
    studies, kept = ({key: found for key, found in all_of.items() if key == name} for all_of in (STUDIES, TABLES))
    partial = replace(measured(), studies=studies, tables=kept, study_curves={})
    source = name if name in TABLES else f"study:{name.partition('-')[0]}"
    tested = {each.anchor for each in PREDICTION.blocks if each.judge(partial).verdict != Verdict.UNTESTED}
    assert tested == TESTED_ALONE.get(name, set())
    assert all(source in block(anchor).sources for anchor in tested)
    pieces = [piece for each in PREDICTION.blocks for piece in (each.draw(partial), each.example(partial))]
    assert all(read(str(piece)) for piece in pieces if piece is not None)  # sound HTML
