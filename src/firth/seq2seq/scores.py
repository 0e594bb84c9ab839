"""How good outputs are: BLEU and chrF, exact match, and what question answering scores without reading."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypedDict

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from firth.seq2seq.data import Pairs
from firth.text.vocabulary import UNK_ID


class Question(TypedDict):
    """One line of a file of questions."""

    story: list[str]
    question: str
    answer: str
    supporting: list[int]
    last_place: str | None
    task: int | None


GROUP, LONGEST = 5, 30  # words of a source: how many lengths are scored together, and from where on all


def translation_scores(outputs: Sequence[str], references: Sequence[str], sources: Sequence[str]) -> dict[str, Any]:
    """Scores of translations as text, one reference each.

    ``bleu`` (Papineni et al., 2002), the same in lower case, and ``chrf`` (Popović, 2015) run from 0 to 100 and follow
    the conventions that sacrebleu's signatures beside them name; ``exact_match`` is a share. ``by_source_length`` has
    BLEU again, and the number of sentences, by the words between spaces of their sources.
    """
    metrics = {"bleu": BLEU(), "bleu_lowercase": BLEU(lowercase=True), "chrf": CHRF()}
    scores: dict[str, Any] = {}
    for name, metric in metrics.items():
        scores[name] = metric.corpus_score(list(outputs), [list(references)]).score
        scores[f"{name}_signature"] = str(metric.get_signature())
    scores["exact_match"] = _mean(output == reference for output, reference in zip(outputs, references, strict=True))
    groups: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for source, *pair in zip(sources, outputs, references, strict=True):
        words = min(max(len(source.split()), 1), LONGEST + 1)
        groups[(words - 1) // GROUP * GROUP + 1].append((pair[0], pair[1]))
    scores["by_source_length"] = {
        f"{first}-{first + GROUP - 1}" if first <= LONGEST else f"{first}+": {
            "sentences": len(pairs),
            "bleu": BLEU().corpus_score([output for output, _ in pairs], [[reference for _, reference in pairs]]).score,
        }
        for first, pairs in sorted(groups.items())
    }
    return scores


def sentence_scores(outputs: Sequence[str], references: Sequence[str]) -> list[float]:
    """chrF of each output by itself, 0 to 100, by the convention of ``translation_scores``."""
    metric = CHRF()
    return [
        metric.sentence_score(output, [reference]).score for output, reference in zip(outputs, references, strict=True)
    ]


def exact_matches(outputs: Sequence[Sequence[int]], pairs: Pairs) -> list[bool]:
    """Whether each output is the whole target, token by token; a target with an unknown word is never met."""
    if len(outputs) != len(pairs):
        raise ValueError(f"{len(outputs)} outputs for {len(pairs)} targets")
    targets = (pairs.target.sentence(position).tolist() for position in range(len(pairs)))
    return [list(output) == target and UNK_ID not in target for output, target in zip(outputs, targets, strict=True)]


def question_scores(
    right: Sequence[bool], questions: Sequence[Question], training: Sequence[Question]
) -> dict[str, Any]:
    """Exact match over all, by sentences in the story, by supporting facts and by task, and of the baselines.

    Parameters
    ----------
    right : whether each question was answered rightly.
    training : the questions that the baselines may learn from.
    """
    scores: dict[str, Any] = {
        "exact_match": _mean(right),
        "by_sentences": _by([len(question["story"]) for question in questions], right),
        "by_supporting_facts": _by([len(question["supporting"]) for question in questions], right),
    }
    tasks = [question["task"] for question in questions]
    if None not in tasks:
        scores["by_task"] = _by(tasks, right)
    scores["baselines"] = {
        "question_alone": question_alone(training, questions),
        "last_place": last_place(questions),
    }
    return scores


def question_alone(training: Sequence[Question], questions: Sequence[Question]) -> float:
    """Share answered rightly by the most frequent training answer to that very question, or to any if it is new.

    Ties go to the answer seen first.
    """
    answers: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item in training:
        answers[item["question"]][item["answer"]] += 1
    of_all = Counter(item["answer"] for item in training)
    guesses = (answers.get(item["question"], of_all).most_common(1)[0][0] for item in questions)
    return _mean(guess == item["answer"] for guess, item in zip(guesses, questions, strict=True))


def last_place(questions: Sequence[Question]) -> float | None:
    """Share answered rightly by the last place that the story names; None if no story has one."""
    if all(question["last_place"] is None for question in questions):
        return None
    return _mean(question["last_place"] == question["answer"] for question in questions)


def _by(groups: Sequence[Any], right: Sequence[bool]) -> dict[Hashable, float]:
    """Share right in each group, in the order of the groups."""
    members: defaultdict[Any, list[bool]] = defaultdict(list)
    for group, answer in zip(groups, right, strict=True):
        members[group].append(answer)
    return {group: _mean(members[group]) for group in sorted(members)}


def _mean(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted)
