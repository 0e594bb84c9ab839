"""What word vectors know: human similarity judgments, analogies, and the word classes of the built-in world."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import KeyedVectors
from scipy import sparse
from scipy.stats import spearmanr

from firth.errors import FirthError
from firth.workspace import require

ANALOGY_VOCABULARY = 30_000  # the most frequent words, as in Mikolov et al. (2013)
NEIGHBORS = 10
FEWEST_PAIRS = 3

Matrix = np.ndarray | sparse.csr_array


@dataclass(frozen=True)
class Lexicon:
    """Word classes: ``lemmas`` maps (lemma, class) to the lemma's forms."""

    lemmas: dict[tuple[str, str], list[str]]

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Read ``classes.tsv``: header ``form lemma class``."""
        lemmas: dict[tuple[str, str], list[str]] = {}
        for form, lemma, word_class in _table(path, ("form", "lemma", "class")):
            lemmas.setdefault((lemma, word_class), []).append(form)
        return cls(lemmas)


class UnitRows:
    """Words with rows of length 1, dense or sparse, so that products of rows are cosines.

    Words whose row is zero have no direction, and are left out as if they were unknown. Upper and lower case are one;
    where the vocabulary has both, the more frequent word stands for them.
    """

    def __init__(self, words: Sequence[str], matrix: Matrix) -> None:
        norms = sparse.linalg.norm(matrix, axis=1) if sparse.issparse(matrix) else np.linalg.norm(matrix, axis=1)
        known = np.flatnonzero(norms).tolist()
        self.rows: Any = (sparse.diags_array(1 / norms[known]) @ matrix[known]).astype(np.float64)
        self.index = {words[known[row]].lower(): row for row in range(len(known) - 1, -1, -1)}

    def cosines(self, first: list[int], second: list[int]) -> np.ndarray:
        """Cosines of all rows ``first`` with all rows ``second``, (len(first), len(second))."""
        product: Any = self.rows[first] @ self.rows[second].T
        return product if isinstance(product, np.ndarray) else np.asarray(product.toarray())

    def pair_cosines(self, first: list[int], second: list[int]) -> np.ndarray:
        """Cosines of rows pair by pair, (N,)."""
        product = self.rows[first] * self.rows[second]
        return np.asarray(product.sum(axis=1))


def similarity_scores(words: Sequence[str], matrix: Matrix, raw: Path, gold_sets: Sequence[str]) -> dict[str, Any]:
    """Every score that the corpus and the experiment have gold for.

    Parameters
    ----------
    words : (V,) in order of frequency.
    matrix : (V, D) dense, or sparse such as rows of counts; analogies are for dense vectors only.
    raw : the corpus's folder, with ``classes.tsv`` if it is the built-in world and ``gold/`` for the gold sets.
    """
    unit = UnitRows(words, matrix)
    scores: dict[str, Any] = {}
    if (raw / "classes.tsv").exists():
        scores.update(class_scores(unit, Lexicon.load(raw / "classes.tsv")))
    for name in gold_sets:
        if name != "google-analogies":
            scores[name] = pair_scores(unit, raw / "gold" / f"{name}.tsv")
        elif not sparse.issparse(matrix):
            scores[name] = analogy_scores(unit, raw / "gold" / f"{name}.txt")
    return scores


def pair_scores(unit: UnitRows, path: Path) -> dict[str, Any]:
    """Spearman's rank correlation of cosines with human judgments, over the pairs whose words both have vectors."""
    gold = [
        (first.lower(), second.lower(), float(score))
        for first, second, score in _table(path, ("word1", "word2", "score"))
    ]
    covered = [(unit.index[a], unit.index[b], score) for a, b, score in gold if a in unit.index and b in unit.index]
    coverage = {"pairs": len(gold), "covered": len(covered)}
    if len(covered) < FEWEST_PAIRS:
        return {"spearman": None, **coverage, "reason": f"fewer than {FEWEST_PAIRS} pairs have vectors for both words"}
    first, second, scores = (list(column) for column in zip(*covered, strict=True))
    cosines = unit.pair_cosines(first, second)
    if np.ptp(cosines) == 0 or np.ptp(scores) == 0:
        return {"spearman": None, **coverage, "reason": "all pairs are equally similar"}
    return {"spearman": float(spearmanr(cosines, scores).statistic), **coverage}


def analogy_scores(unit: UnitRows, path: Path) -> dict[str, Any]:
    """Share of analogies a : b = c : ? answered right by 3CosAdd (Mikolov, Yih & Zweig 2013).

    Questions and answers are among the 30,000 most frequent words.
    """
    questions = sum(
        not line.startswith(":") and bool(line.strip())
        for line in require(path, "download@embeddings").read_text(encoding="utf-8").splitlines()
    )
    words = sorted(unit.index, key=unit.index.__getitem__)
    vectors = keyed_vectors(words, unit.rows[[unit.index[word] for word in words]])
    _, sections = vectors.evaluate_word_analogies(str(path), restrict_vocab=ANALOGY_VOCABULARY)
    correct, covered = len(sections[-1]["correct"]), len(sections[-1]["correct"]) + len(sections[-1]["incorrect"])
    if not covered:
        return {
            "accuracy": None,
            "questions": questions,
            "covered": 0,
            "reason": "no question's words all have vectors",
        }
    return {"accuracy": correct / covered, "questions": questions, "covered": covered}


def class_scores(unit: UnitRows, lexicon: Lexicon) -> dict[str, Any]:
    """How well a word's nearest neighbors share its class.

    Each lemma is stood for by its most frequent form, so that inflections of a word are no neighbors of it.
    ``class_recovery`` is the share of lemmas whose nearest neighbor is of their class; ``neighbor_purity`` the mean
    share among the ten nearest, or among as many as the class has others, so that 1 can be reached. Where neighbors
    tie, both are expected values over all orders of the tied.
    Lemmas that are the only ones of their class are candidates, but not asked about.
    """
    forms = {
        key: [unit.index[form.lower()] for form in forms if form.lower() in unit.index]
        for key, forms in lexicon.lemmas.items()
    }
    rows = [min(found) for found in forms.values() if found]
    classes = np.array([word_class for (_, word_class), found in forms.items() if found])
    same = (classes[:, None] == classes[None, :]) & ~np.eye(len(rows), dtype=bool)
    asked = np.flatnonzero(same.any(axis=1))
    coverage = {"lemmas": len(forms), "covered": len(asked)}
    if not len(asked):
        return {
            "class_recovery": None,
            "neighbor_purity": None,
            **coverage,
            "reason": "no class has two lemmas with vectors",
        }
    cosines = unit.cosines(rows, rows)
    recovery, purity = [], []
    for query in asked:
        others = np.arange(len(rows)) != query
        recovery.append(_purity(cosines[query, others], same[query, others], 1))
        purity.append(_purity(cosines[query, others], same[query, others], min(NEIGHBORS, same[query].sum())))
    return {"class_recovery": float(np.mean(recovery)), "neighbor_purity": float(np.mean(purity)), **coverage}


def _purity(cosines: np.ndarray, same: np.ndarray, count: int) -> float:
    """Share of the ``count`` nearest that are ``same``; those that tie for the last places count in proportion."""
    last = np.partition(cosines, -count)[-count]
    nearer, tied = cosines > last, cosines == last
    return float(same[nearer].sum() + (count - nearer.sum()) * same[tied].mean()) / count


def _table(path: Path, header: tuple[str, ...]) -> list[list[str]]:
    """The rows of a tab-separated file below its header."""
    with require(path, "download@embeddings").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header) or (number == 1 and tuple(row) != header):
            raise FirthError(
                f"{path}: line {number} is not {' '.join(header)}, separated by tabs; "
                "run `dvc repro -f download@embeddings`"
            )
    return rows[1:]


def keyed_vectors(words: Sequence[str], vectors: np.ndarray) -> KeyedVectors:
    """Vectors (V, D) of words in order of frequency; those whose vector is zero are left out."""
    known = np.flatnonzero(vectors.any(axis=1)).tolist()
    keyed = KeyedVectors(vectors.shape[1])
    keyed.add_vectors([words[row] for row in known], vectors[known].astype(np.float32))
    keyed.expandos["count"] = np.arange(len(known), 0, -1)  # gensim saves by descending count; this is our order
    return keyed
