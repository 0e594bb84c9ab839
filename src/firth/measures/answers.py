"""Exact match of answers to questions, by kind of question, beside two simple baselines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import pandas as pd
from typing_extensions import TypedDict

from firth.seq2seq.pairs import Pairs
from firth.text.vocabulary import UNK_ID


class QuestionRecord(TypedDict):
    """One line of a file of questions."""

    story: list[str]
    question: str
    answer: str
    supporting: list[int]
    last_place: str | None
    task: int | None


def exact_matches(outputs: Sequence[Sequence[int]], pairs: Pairs) -> list[bool]:
    """Whether each output equals the whole target, token by token; a target with an unknown word is never matched."""
    if len(outputs) != len(pairs):
        raise ValueError(f"{len(outputs)} outputs for {len(pairs)} targets")
    targets = (pairs.target.sentence(index).tolist() for index in range(len(pairs)))
    return [list(output) == target and UNK_ID not in target for output, target in zip(outputs, targets, strict=True)]


def answer_scores(
    right: Sequence[bool], questions: Sequence[QuestionRecord], training: Sequence[QuestionRecord]
) -> dict[str, float | None]:
    """Share of right answers: ``exact_match`` of a model, ``question_alone`` and ``last_place`` of the baselines.

    Parameters
    ----------
    right : whether each question was answered rightly.
    training : the questions from which the baselines may learn.
    """
    return {
        "exact_match": _share(right),
        "question_alone": question_alone(training, questions),
        "last_place": last_place(questions),
    }


def exact_match_by_group(right: Sequence[bool], questions: Sequence[QuestionRecord]) -> pd.DataFrame:
    """Exact match by ``sentences`` in the story, by ``supporting_facts`` and, if every question has one, by ``task``.

    Returns
    -------
    DataFrame
        ``grouping`` (one of the three), ``group`` (a number, ascending), ``questions``, ``exact_match``.
    """
    tasks = [question["task"] for question in questions]
    groupings: dict[str, list[int]] = {
        "sentences": [len(question["story"]) for question in questions],
        "supporting_facts": [len(question["supporting"]) for question in questions],
        "task": [task for task in tasks if task is not None],
    }
    if None in tasks:
        del groupings["task"]
    rows = []
    for grouping, values in groupings.items():
        members: defaultdict[int, list[bool]] = defaultdict(list)
        for value, answer in zip(values, right, strict=True):
            members[value].append(answer)
        rows += [(grouping, group, len(members[group]), _share(members[group])) for group in sorted(members)]
    return pd.DataFrame(rows, columns=["grouping", "group", "questions", "exact_match"])


def question_alone(training: Sequence[QuestionRecord], questions: Sequence[QuestionRecord]) -> float | None:
    """Share answered rightly by the most frequent training answer to the same question, or to all if it is new.

    None without a training question. Among equally frequent answers, the baseline takes the one that occurs first.
    """
    if not training:
        return None
    answers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item in training:
        answers[item["question"]][item["answer"]] += 1
    all_answers = Counter(item["answer"] for item in training)
    guesses = (answers.get(item["question"], all_answers).most_common(1)[0][0] for item in questions)
    return _share(guess == item["answer"] for guess, item in zip(guesses, questions, strict=True))


def last_place(questions: Sequence[QuestionRecord]) -> float | None:
    """Share answered rightly by the last place that the story names; None if no story names one."""
    if all(question["last_place"] is None for question in questions):
        return None
    return _share(question["last_place"] == question["answer"] for question in questions)


def _share(values: Iterable[bool]) -> float | None:
    """The share of true values; None without any value."""
    counted = list(values)
    return sum(counted) / len(counted) if counted else None
