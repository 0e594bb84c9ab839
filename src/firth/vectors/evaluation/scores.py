"""What word vectors know: every score that a corpus and an experiment have gold for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scipy import sparse

from firth.vectors.evaluation.analogies import analogy_scores
from firth.vectors.evaluation.similarity import pair_scores
from firth.vectors.evaluation.unit_rows import Matrix, UnitRows
from firth.vectors.evaluation.word_classes import Lexicon, class_scores


def similarity_scores(words: Sequence[str], matrix: Matrix, raw: Path, gold_sets: Sequence[str]) -> dict[str, Any]:
    """Score one way to represent words.

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
