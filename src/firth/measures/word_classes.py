"""Nearest neighbors of word vectors, compared with the word classes of the built-in world."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firth.measures.score_row import ScoreRow
from firth.measures.unit_rows import UnitRows
from firth.tables import read_table

NEIGHBORS = 10
MEASURES = ("nearest_neighbor_accuracy", "neighbor_purity")


@dataclass(frozen=True)
class Lexicon:
    """Word classes; ``lemmas`` maps (lemma, class) to the lemma's word forms."""

    lemmas: dict[tuple[str, str], list[str]]

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Read ``classes.tsv`` with columns form, lemma, class.

        Raises
        ------
        FirthError
            If the file doesn't exist or is damaged.
        """
        table = read_table(path, ("form", "lemma", "class"), "download@embeddings")
        lemmas: dict[tuple[str, str], list[str]] = {}
        for form, lemma, word_class in table.itertuples(index=False):
            lemmas.setdefault((lemma, word_class), []).append(form)
        return cls(lemmas)


def class_scores(unit: UnitRows, lexicon: Lexicon) -> list[ScoreRow]:
    """How often nearest neighbors have the same class: two rows.

    - ``nearest_neighbor_accuracy``: the share of lemmas whose nearest neighbor has their class.
    - ``neighbor_purity``: the mean share of the same class among the ten nearest neighbors, or among the n nearest if
      the class has only n other lemmas, so that the best score is 1.

    A lemma is represented by its most frequent form, so that inflected forms of one word are not neighbors. If
    neighbors have equal cosines, both scores are expected values over random orders of them. Lemmas that are alone in
    their class are possible neighbors, but not queries.
    """
    forms = {
        key: [unit.index[form.lower()] for form in forms if form.lower() in unit.index]
        for key, forms in lexicon.lemmas.items()
    }
    rows = [min(found) for found in forms.values() if found]
    classes = np.array([word_class for (_, word_class), found in forms.items() if found])
    same = (classes[:, None] == classes[None, :]) & ~np.eye(len(rows), dtype=bool)
    queries = np.flatnonzero(same.any(axis=1))
    if not len(queries):
        reason = "no class has two lemmas with vectors"
        return [ScoreRow(measure, None, len(forms), 0, reason=reason) for measure in MEASURES]
    cosines = unit.cosines(rows, rows)
    accuracy, purity = [], []
    for query in queries:
        others = np.arange(len(rows)) != query
        accuracy.append(_purity(cosines[query, others], same[query, others], 1))
        purity.append(_purity(cosines[query, others], same[query, others], min(NEIGHBORS, same[query].sum())))
    return [
        ScoreRow(measure, float(np.mean(values)), len(forms), len(queries))
        for measure, values in zip(MEASURES, (accuracy, purity), strict=True)
    ]


def _purity(cosines: np.ndarray, same: np.ndarray, count: int) -> float:
    """Share of ``same`` among the ``count`` nearest; expected value over random orders of equal cosines."""
    last = np.partition(cosines, -count)[-count]
    nearer, tied = cosines > last, cosines == last
    return float(same[nearer].sum() + (count - nearer.sum()) * same[tied].mean()) / count
