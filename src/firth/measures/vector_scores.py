"""All scores of word vectors: every gold set of an experiment, and the word classes of the built-in world."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from scipy import sparse

from firth.measures.analogies import GOOGLE, analogy_scores
from firth.measures.score_row import ScoreRow
from firth.measures.similarity import pair_score
from firth.measures.unit_rows import Matrix, UnitRows
from firth.measures.word_classes import Lexicon, class_scores

MAIN_NAMES = {"analogies_unrestricted_add": "google_analogies_accuracy"}  # measure → its name among the main numbers
TYPES = {"measure": str, "score": float, "low": float, "high": float, "items": int, "covered": int, "reason": str}


def similarity_scores(words: Sequence[str], matrix: Matrix, raw: Path, gold_sets: Sequence[str]) -> pd.DataFrame:
    """Score one space of word vectors.

    Parameters
    ----------
    words : (V,) in order of frequency.
    matrix : (V, D) dense, or sparse such as rows of counts; analogies are computed for dense vectors only.
    raw : folder of the corpus, with ``classes.tsv`` if it is the built-in world and ``gold/`` for the gold sets.
    gold_sets : names as in params.yaml.

    Returns
    -------
    DataFrame
        One row a measure, with the fields of ``ScoreRow`` as columns; a missing number is NaN.

    Raises
    ------
    FirthError
        If a gold set is missing or damaged, or the vectors hold NaN or infinity.
    """
    unit = UnitRows(words, matrix)
    rows: list[ScoreRow] = []
    if (raw / "classes.tsv").exists():
        rows += class_scores(unit, Lexicon.load(raw / "classes.tsv"))
    for name in gold_sets:
        analogies = raw / "gold" / f"{name}.txt"
        if not analogies.exists() and name != GOOGLE:
            rows.append(pair_score(unit, raw / "gold" / f"{name}.tsv"))
        elif not sparse.issparse(matrix):
            rows += analogy_scores(unit, analogies)
    frame = pd.DataFrame([vars(row) for row in rows], columns=list(TYPES))
    return frame.astype(TYPES)


def main_scores(table: pd.DataFrame) -> dict[str, float | None]:
    """The scores of ``similarity_scores`` as flat metrics: name → score, None where it is missing."""
    return {
        MAIN_NAMES.get(measure, measure): None if pd.isna(score) else float(score)
        for measure, score in zip(table["measure"], table["score"], strict=True)
    }


def missing_scores(table: pd.DataFrame) -> dict[str, str]:
    """The reason for each score that is missing, by the name that it has in ``main_scores``."""
    missing = table[table["score"].isna()]
    return {
        MAIN_NAMES.get(measure, measure): reason
        for measure, reason in zip(missing["measure"], missing["reason"], strict=True)
    }
