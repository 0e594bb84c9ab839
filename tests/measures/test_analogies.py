"""Analogies by both measures, against the formulas and against gensim."""

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from firth.measures import analogy_formulas
from firth.measures.analogies import analogy_scores, answers
from firth.measures.score_row import ScoreRow
from firth.measures.unit_rows import UnitRows
from firth.training.progress import Meter

SOME, MANY = 90, 150  # words, questions


def gold(folder: Path, *lines: str) -> Path:
    path = folder / "google-analogies.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.fixture
def vectors() -> np.ndarray:
    rows = np.random.default_rng(0).normal(size=(SOME, 4))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def questions() -> np.ndarray:
    random = np.random.default_rng(1)
    return np.array([random.permutation(SOME)[:3] for _ in range(MANY)])


def test_answers_maximize_the_formulas_over_all_other_words(vectors: np.ndarray, questions: np.ndarray) -> None:
    added, multiplied = answers(vectors, questions, Meter("", MANY))
    cosine = vectors.astype(np.float64) @ vectors.T
    for number, (a, b, c) in enumerate(questions):
        others = [d for d in range(SOME) if d not in (a, b, c)]
        assert added[number] == max(others, key=lambda d: cosine[d, b] + cosine[d, c] - cosine[d, a])
        assert multiplied[number] == max(
            others,
            key=lambda d: (cosine[d, b] + 1) / 2 * ((cosine[d, c] + 1) / 2) / ((cosine[d, a] + 1) / 2 + 0.001),
        )
    assert (added != multiplied).any()


@pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`")  # by gensim itself
def test_answers_are_gensim_s_with_its_epsilon(
    vectors: np.ndarray, questions: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analogy_formulas, "EPSILON", 1e-6)
    keyed = KeyedVectors(4)
    words = [f"w{number}" for number in range(SOME)]
    keyed.add_vectors(words, vectors)
    found = answers(vectors, questions, Meter("", MANY))
    for ask, ours in zip((keyed.most_similar, keyed.most_similar_cosmul), found, strict=True):
        theirs = [ask(positive=[words[b], words[c]], negative=[words[a]], topn=1)[0][0] for a, b, c in questions]
        assert [words[answer] for answer in ours] == theirs


def test_case_is_one_and_questions_without_vectors_are_not_asked(tmp_path: Path) -> None:
    words = ["man", "Woman", "king", "queen", "apple"]
    rows = np.array([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [0.2, -1, -1]])
    path = gold(
        tmp_path, ": family", "Man Woman King Queen", "man woman apple king", "man woman boy girl", "", ": none"
    )
    # The second: queen has .82 − .73 − .58 and king .50 − .40 − .71, but king's .75 · .30 / .85 beats .91 · .14 / .79.
    assert analogy_scores(UnitRows(words, rows), path) == [
        ScoreRow("analogies_restricted_add", 0.5, items=3, covered=2),
        ScoreRow("analogies_restricted_multiply", 1.0, items=3, covered=2),
        ScoreRow("analogies_unrestricted_add", 0.5, items=3, covered=2),
        ScoreRow("analogies_unrestricted_multiply", 1.0, items=3, covered=2),
    ]


def test_restricted_leaves_rare_words_out_of_questions_and_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firth.measures.analogies.FREQUENT", 5)
    words = ["man", "nothing", "woman", "king", "ruler", "queen"]
    rows = np.array([[1.0, 0, 0], [0, 0, 0], [1, 1, 0], [1, 0, 1], [1.5, 1, 1], [1, 1, 1]])
    path = gold(tmp_path, ": family", "man woman king ruler", "man king woman queen")
    # The zero row has no vector, so ruler and queen are the fourth and fifth word that have one.
    assert [row.covered for row in analogy_scores(UnitRows(words, rows), path)] == [2, 2, 2, 2]
    monkeypatch.setattr("firth.measures.analogies.FREQUENT", 4)
    scores = analogy_scores(UnitRows(words, rows), path)
    assert [(row.score, row.covered) for row in scores] == [(1.0, 1), (1.0, 1), (0.5, 2), (0.5, 2)]  # queen is missing


@pytest.mark.parametrize("words", [[], ["man"], ["x", "y"]])
def test_no_covered_question_gives_no_number_but_a_reason(tmp_path: Path, words: list[str]) -> None:
    scores = analogy_scores(UnitRows(words, np.eye(len(words), 2)), gold(tmp_path, ": one", "man woman king queen"))
    assert len(scores) == 4
    for row in scores:
        assert (row.score, row.items, row.covered) == (None, 1, 0)
        assert row.reason == "no question has vectors for all its words"
