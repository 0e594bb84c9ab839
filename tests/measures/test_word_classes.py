"""Nearest neighbors against classes, on vectors whose neighbors can be seen."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from firth.errors import FirthError
from firth.measures.score_row import ScoreRow
from firth.measures.unit_rows import UnitRows
from firth.measures.word_classes import Lexicon, class_scores

WORDS = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_the_most_frequent_form_of_each_lemma_is_the_query(form: type) -> None:
    words = ["cat", "eat", "cats", "dog", "run", "moon"]  # by frequency
    vectors = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0.01], [0.9, 0.3, 0], [0.95, 0.2, 0.1], [0, 0, 1.0]])
    lexicon = Lexicon(
        {
            ("cat", "animal"): ["cats", "cat"],
            ("dog", "animal"): ["dog", "dogs"],
            ("eat", "verb"): ["eat"],
            ("run", "verb"): ["run"],
            ("moon", "sky"): ["moon"],  # alone in its class
            ("owl", "animal"): ["owl"],  # not in the vocabulary
        }
    )
    # Nearest: cat → run (wrong), dog → run (wrong), eat → dog (wrong), run → dog (wrong, cat would be too).
    scores = class_scores(UnitRows(words, form(vectors)), lexicon)
    assert scores == [ScoreRow("nearest_neighbor_accuracy", 0.0, 6, 4), ScoreRow("neighbor_purity", 0.0, 6, 4)]
    vectors[4] = [0, 0.9, 0.3]  # now eat ↔ run; cat ↔ dog
    assert class_scores(UnitRows(words, form(vectors)), lexicon)[0].score == 1.0


def test_one_hot_vectors_score_at_the_rate_of_chance() -> None:
    lexicon = Lexicon({("a", "x"): ["a"], ("b", "x"): ["b"], ("c", "x"): ["c"], ("d", "y"): ["d"], ("e", "y"): ["e"]})
    accuracy, purity = class_scores(UnitRows(WORDS, sparse.eye_array(5, format="csr")), lexicon)
    chance = (3 * 2 / 4 + 2 * 1 / 4) / 5
    assert accuracy.score == pytest.approx(chance)
    assert purity.score == pytest.approx(chance)


def test_neighbor_purity_looks_at_as_many_neighbors_as_the_class_has_others() -> None:
    angles = np.radians([0, 10, 14, 16, 50])
    unit = UnitRows(WORDS, np.stack([np.cos(angles), np.sin(angles)], axis=1))
    lexicon = Lexicon({("a", "x"): ["a"], ("b", "x"): ["b"], ("c", "y"): ["c"], ("d", "x"): ["d"], ("e", "y"): ["e"]})
    # Two nearest of a: b c, of b: c d, of d: c b; one nearest of c: d, of e: d.
    accuracy, purity = class_scores(unit, lexicon)
    assert purity.score == pytest.approx((0.5 + 0.5 + 0.5 + 0 + 0) / 5)
    assert accuracy.score == pytest.approx(1 / 5)


def test_no_covered_class_gives_no_number_but_a_reason() -> None:
    rows = class_scores(UnitRows(WORDS, np.eye(5)), Lexicon({("owl", "animal"): ["owl"]}))
    assert [(row.measure, row.score, row.items, row.covered) for row in rows] == [
        ("nearest_neighbor_accuracy", None, 1, 0),
        ("neighbor_purity", None, 1, 0),
    ]
    assert all(row.reason == "no class has two lemmas with vectors" for row in rows)


def test_a_lexicon_groups_the_forms_of_a_lemma_and_names_a_damaged_line(tmp_path: Path) -> None:
    path = tmp_path / "classes.tsv"
    path.write_text("form\tlemma\tclass\ncat\tcat\tpet\nfly\tfly\tinsect\ncats\tcat\tpet\nfly\tfly\tmove\n")
    assert Lexicon.load(path).lemmas == {
        ("cat", "pet"): ["cat", "cats"],
        ("fly", "insect"): ["fly"],
        ("fly", "move"): ["fly"],
    }
    path.write_text("form\tlemma\tclass\ncat\tcat\n")
    with pytest.raises(
        FirthError, match=r"classes\.tsv: line 2 does not hold 3 columns.*dvc repro download@embeddings"
    ):
        Lexicon.load(path)
