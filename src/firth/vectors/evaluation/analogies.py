"""Analogies a : b = c : ?, answered by vector arithmetic."""

from pathlib import Path
from typing import Any

import numpy as np

from firth.training.progress import Meter
from firth.vectors.evaluation.gold import read_questions
from firth.vectors.evaluation.unit_rows import UnitRows

FREQUENT = 30_000  # words that the restricted task is about, as in Mikolov et al. (2013)
EPSILON = 0.001  # of 3CosMul
AT_A_TIME = 64  # questions


def analogy_scores(unit: UnitRows, path: Path) -> dict[str, Any]:
    """Share of analogies that 3CosAdd and 3CosMul answer right, by one word and no other.

    Restricted: questions and answers are among the 30,000 most frequent words. Unrestricted: among all that have
    vectors. Questions of which a word is not among them aren't asked; ``covered`` counts those that are.

    gensim's ``evaluate_word_analogies`` would do for 3CosAdd, but its version 4.4 ignores the measure that it is given,
    and takes minutes.
    """
    questions = [[word.lower() for word in question] for question in read_questions(path)]
    rows = sorted(unit.index.values())
    places = {row: place for place, row in enumerate(rows)}
    known = [[places[unit.index[word]] for word in words] for words in questions if unit.index.keys() >= set(words)]
    asked = np.array(known, dtype=np.int64).reshape(-1, 4)
    vectors = unit.rows(rows).astype(np.float32)
    scores: dict[str, Any] = {"questions": len(questions)}
    for name, size in (("restricted", FREQUENT), ("unrestricted", len(rows))):
        scores[name] = _shares(vectors[:size], asked[(asked < size).all(axis=1)], name)
    return scores


def answers(vectors: np.ndarray, questions: np.ndarray, meter: Meter) -> tuple[np.ndarray, np.ndarray]:
    """The best answers to a : b = c : ?, by two measures; a, b and c are no answers.

    - 3CosAdd (Mikolov, Yih & Zweig 2013): the d of largest cos(d, b) + cos(d, c) − cos(d, a).
    - 3CosMul (Levy & Goldberg 2014, equation 4): the d of largest s(d, b) · s(d, c) / (s(d, a) + ε), where s is the
      cosine brought to 0 … 1, (cos + 1) / 2, so that one large term can't outweigh the others.

    Parameters
    ----------
    vectors : (V, D) float32, of length 1.
    questions : (Q, 3) rows a, b, c.

    Returns
    -------
    Rows (Q,) that 3CosAdd and 3CosMul answer with.
    """
    added, multiplied = (np.zeros(len(questions), dtype=np.int64) for _ in range(2))
    for start in range(0, len(questions), AT_A_TIME):
        some = questions[start : start + AT_A_TIME]
        words, places = np.unique(some, return_inverse=True)
        cosines = vectors[words] @ vectors.T  # (words, V)
        nearness = (cosines + 1) / 2
        for number, (a, b, c) in enumerate(places.reshape(some.shape), start=start):
            for best, scores in (
                (added, cosines[b] + cosines[c] - cosines[a]),
                (multiplied, nearness[b] * nearness[c] / (nearness[a] + EPSILON)),
            ):
                scores[questions[number]] = -np.inf
                best[number] = scores.argmax()
        meter.advance(len(some))
    return added, multiplied


def _shares(vectors: np.ndarray, asked: np.ndarray, name: str) -> dict[str, Any]:
    if not len(asked):
        return {"covered": 0, "add": None, "multiply": None, "reason": "no question's words all have vectors"}
    with Meter(f"analogies, {name}", len(asked)) as meter:
        added, multiplied = answers(vectors, asked[:, :3], meter)
    add, multiply = (float((answered == asked[:, 3]).mean()) for answered in (added, multiplied))
    return {"covered": len(asked), "add": add, "multiply": multiply}
