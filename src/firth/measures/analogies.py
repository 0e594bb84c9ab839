"""Analogies a : b = c : ?, answered by vector arithmetic (Mikolov, Yih & Zweig 2013)."""

from pathlib import Path

import numpy as np

from firth.measures.analogy_formulas import nearness, three_cos_add, three_cos_mul
from firth.measures.score_row import ScoreRow
from firth.measures.unit_rows import UnitRows
from firth.stored_files import damaged, read_text
from firth.training.progress import Meter

GOOGLE = "google-analogies"
FREQUENT = 30_000  # words of the restricted task, as in Mikolov et al. (2013)
BATCH_SIZE = 64  # questions
STAGE = "download@embeddings"


def analogy_scores(unit: UnitRows, path: Path) -> list[ScoreRow]:
    """Accuracy of 3CosAdd and 3CosMul on analogies: four rows, ``NAME_{restricted,unrestricted}_{add,multiply}``.

    NAME is ``analogies`` for the Google analogies, ``analogies_FILE`` for others.

    In the restricted task, the words of questions and the possible answers are the 30,000 most frequent words; in the
    unrestricted task, all words with vectors. Questions with other words are skipped; ``covered`` counts the rest.

    (gensim 4.4's ``evaluate_word_analogies`` ignores ``similarity_function``, so has no 3CosMul, and takes minutes.)

    Raises
    ------
    FirthError
        If the file doesn't exist or is damaged.
    """
    prefix = "analogies" if path.stem == GOOGLE else f"analogies_{path.stem.replace('-', '_')}"
    questions = [[word.lower() for word in question] for question in read_questions(path)]
    rows = sorted(unit.index.values())
    ranks = {row: rank for rank, row in enumerate(rows)}
    known = [[ranks[unit.index[word]] for word in words] for words in questions if unit.index.keys() >= set(words)]
    covered = np.array(known, dtype=np.int64).reshape(-1, 4)
    vectors = unit.rows(rows).astype(np.float32)
    return [
        row
        for task, size in (("restricted", FREQUENT), ("unrestricted", len(rows)))
        for row in _accuracies(
            vectors[:size], covered[(covered < size).all(axis=1)], f"{prefix}_{task}", len(questions)
        )
    ]


def read_questions(path: Path) -> list[list[str]]:
    """Analogies a : b = c : d, four words each; lines that begin with a colon are titles of sections, and skipped.

    Raises
    ------
    FirthError
        If the file doesn't exist, or a line is not four words; the line is named.
    """
    questions = []
    for number, line in enumerate(read_text(path, STAGE).split("\n"), start=1):
        words = line.split()
        if not words or words[0].startswith(":"):
            continue
        if len(words) != 4:
            raise damaged(path, f"line {number} is not four words", STAGE)
        questions.append(words)
    return questions


def answers(vectors: np.ndarray, questions: np.ndarray, meter: Meter) -> tuple[np.ndarray, np.ndarray]:
    """The best answers to a : b = c : ?, by 3CosAdd and 3CosMul; a, b and c are excluded.

    Parameters
    ----------
    vectors : (V, D) float32, of length 1.
    questions : (Q, 3) indices of a, b, c.

    Returns
    -------
    Indices (Q,) of the answers by 3CosAdd and by 3CosMul.
    """
    added, multiplied = (np.zeros(len(questions), dtype=np.int64) for _ in range(2))
    for start in range(0, len(questions), BATCH_SIZE):
        some = questions[start : start + BATCH_SIZE]
        words, positions = np.unique(some, return_inverse=True)
        cosines = vectors[words] @ vectors.T  # (words, V)
        near = nearness(cosines)
        for number, (a, b, c) in enumerate(positions.reshape(some.shape), start=start):
            for best, scores in (
                (added, three_cos_add(cosines[a], cosines[b], cosines[c])),
                (multiplied, three_cos_mul(near[a], near[b], near[c])),
            ):
                scores[questions[number]] = -np.inf
                best[number] = scores.argmax()
        meter.advance(len(some))
    return added, multiplied


def _accuracies(vectors: np.ndarray, covered: np.ndarray, name: str, items: int) -> list[ScoreRow]:
    measures = [f"{name}_{formula}" for formula in ("add", "multiply")]
    if not len(covered):
        reason = "no question has vectors for all its words"
        return [ScoreRow(measure, None, items, 0, reason=reason) for measure in measures]
    with Meter(name.replace("_", " "), len(covered)) as meter:
        answered = answers(vectors, covered[:, :3], meter)
    return [
        ScoreRow(measure, float((given == covered[:, 3]).mean()), items, len(covered))
        for measure, given in zip(measures, answered, strict=True)
    ]
