"""The word classes of the built-in world, against nearest neighbors."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from firth.vectors.evaluation.gold import read_table
from firth.vectors.evaluation.unit_rows import UnitRows

NEIGHBORS = 10


@dataclass(frozen=True)
class Lexicon:
    """Word classes: ``lemmas`` maps (lemma, class) to the lemma's forms."""

    lemmas: dict[tuple[str, str], list[str]]

    @classmethod
    def load(cls, path: Path) -> "Lexicon":
        """Read ``classes.tsv``: header ``form lemma class``."""
        lemmas: dict[tuple[str, str], list[str]] = {}
        for form, lemma, word_class in read_table(path, ("form", "lemma", "class")):
            lemmas.setdefault((lemma, word_class), []).append(form)
        return cls(lemmas)


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
