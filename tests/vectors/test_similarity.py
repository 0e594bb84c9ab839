from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from scipy import sparse

from firth.errors import FirthError
from firth.vectors.similarity import (
    Lexicon,
    UnitRows,
    analogy_scores,
    class_scores,
    keyed_vectors,
    pair_scores,
    similarity_scores,
)

# Cosines with "a": b 1, c cos 45°, d 0, e −1.
WORDS = ["a", "b", "c", "d", "e"]
VECTORS = np.array([[1.0, 0], [3, 0], [1, 1], [0, 2], [-1, 0]])


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_spearman_is_that_of_hand_ranked_pairs(tmp_path: Path, form: type) -> None:
    gold = write(tmp_path / "g.tsv", "word1\tword2\tscore", "A\tb\t9", "a\tc\t5", "a\td\t7", "a\te\t1", "a\tzebra\t10")
    scores = pair_scores(UnitRows(WORDS, form(VECTORS)), gold)
    # Gold ranks 4 2 3 1, cosine ranks 4 3 2 1: d² = 0 1 1 0, ρ = 1 − 6 · 2 / (4 · 15).
    assert scores == {"spearman": pytest.approx(0.8), "pairs": 5, "covered": 4}


def test_pairs_that_are_not_covered_or_all_alike_give_no_number_but_a_reason(tmp_path: Path) -> None:
    gold = write(tmp_path / "g.tsv", "word1\tword2\tscore", "x\ty\t1", "a\ty\t2", "a\tb\t3")
    scores = pair_scores(UnitRows(WORDS, VECTORS), gold)
    assert (scores["spearman"], scores["pairs"], scores["covered"]) == (None, 3, 1)
    assert "fewer than 3" in scores["reason"]
    gold = write(tmp_path / "h.tsv", "word1\tword2\tscore", "a\tb\t1", "a\tc\t2", "a\td\t3")
    scores = pair_scores(UnitRows(WORDS, sparse.eye_array(5, format="csr")), gold)
    assert scores["spearman"] is None
    assert "equally similar" in scores["reason"]


def test_a_word_whose_row_is_zero_is_not_covered() -> None:
    unit = UnitRows(["a", "b"], np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert unit.index == {"b": 0}


def test_the_more_frequent_of_two_spellings_stands_for_both() -> None:
    unit = UnitRows(["Apple", "apple", "pear"], np.array([[1.0, 0], [0, 1], [0, 1]]))
    assert unit.cosines([unit.index["apple"]], [unit.index["pear"]]).item() == 0


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array])
def test_class_recovery_asks_the_most_frequent_form_of_each_lemma(form: type) -> None:
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
    assert scores == {"class_recovery": 0.0, "neighbor_purity": 0.0, "lemmas": 6, "covered": 4}
    vectors[4] = [0, 0.9, 0.3]  # now eat ↔ run; cat ↔ dog
    assert class_scores(UnitRows(words, form(vectors)), lexicon)["class_recovery"] == 1.0


def test_one_hot_vectors_recover_classes_at_the_rate_of_chance() -> None:
    lexicon = Lexicon({("a", "x"): ["a"], ("b", "x"): ["b"], ("c", "x"): ["c"], ("d", "y"): ["d"], ("e", "y"): ["e"]})
    scores = class_scores(UnitRows(WORDS, sparse.eye_array(5, format="csr")), lexicon)
    chance = (3 * 2 / 4 + 2 * 1 / 4) / 5
    assert scores["class_recovery"] == pytest.approx(chance)
    assert scores["neighbor_purity"] == pytest.approx(chance)


def test_neighbor_purity_looks_at_as_many_neighbors_as_the_class_has_others() -> None:
    angles = np.radians([0, 10, 14, 16, 50])
    unit = UnitRows(WORDS, np.stack([np.cos(angles), np.sin(angles)], axis=1))
    lexicon = Lexicon({("a", "x"): ["a"], ("b", "x"): ["b"], ("c", "y"): ["c"], ("d", "x"): ["d"], ("e", "y"): ["e"]})
    # Two nearest of a: b c, of b: c d, of d: c b; one nearest of c: d, of e: d.
    scores = class_scores(unit, lexicon)
    assert scores["neighbor_purity"] == pytest.approx((0.5 + 0.5 + 0.5 + 0 + 0) / 5)
    assert scores["class_recovery"] == pytest.approx(1 / 5)


def test_no_covered_class_gives_no_number_but_a_reason() -> None:
    scores = class_scores(UnitRows(WORDS, VECTORS), Lexicon({("owl", "animal"): ["owl"]}))
    assert scores["class_recovery"] is None
    assert scores["reason"]


def test_analogies_are_answered_by_vector_offset_with_coverage(tmp_path: Path) -> None:
    words = ["man", "woman", "king", "queen", "apple"]
    vectors = np.array([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0.2, 0.1]])
    gold = write(
        tmp_path / "q.txt", ": family", "Man Woman King Queen", "man woman apple king", "man woman boy girl", ": none"
    )
    assert analogy_scores(UnitRows(words, vectors), gold) == {"accuracy": 0.5, "questions": 3, "covered": 2}
    scores = analogy_scores(UnitRows(["x", "y"], np.eye(2)), gold)
    assert (scores["accuracy"], scores["covered"]) == (None, 0)


def test_sparse_rows_are_scored_on_everything_but_analogies(tmp_path: Path) -> None:
    write(tmp_path / "classes.tsv", "form\tlemma\tclass", "a\ta\tx", "b\tb\tx", "d\td\ty", "e\te\ty")
    write(tmp_path / "gold" / "rg65.tsv", "word1\tword2\tscore", "a\tb\t3", "a\tc\t2", "a\td\t1")
    write(tmp_path / "gold" / "google-analogies.txt", ": all", "a b c d")
    gold_sets = ["rg65", "google-analogies"]
    dense = similarity_scores(WORDS, VECTORS, tmp_path, gold_sets)
    rows = similarity_scores(WORDS, sparse.csr_array(VECTORS), tmp_path, gold_sets)
    assert dense.pop("google-analogies")["covered"] == 1
    assert dense == rows
    assert dense["rg65"]["spearman"] == pytest.approx(1.0)


def test_a_damaged_table_is_named_with_its_line(tmp_path: Path) -> None:
    gold = write(tmp_path / "g.tsv", "word1\tword2\tscore", "a\tb\t1", "a\tb")
    with pytest.raises(FirthError, match="line 3"):
        pair_scores(UnitRows(WORDS, VECTORS), gold)


def test_saved_vectors_are_read_by_gensim_in_order_and_to_the_bit(tmp_path: Path) -> None:
    words = ["the", "naïve", "\u2028", "#", "gone"]
    vectors = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    vectors[4] = 0
    path = tmp_path / "vectors.txt"
    keyed_vectors(words, vectors).save_word2vec_format(str(path))
    loaded = KeyedVectors.load_word2vec_format(str(path))
    assert loaded.index_to_key == words[:4]
    assert (loaded.vectors == vectors[:4]).all()
