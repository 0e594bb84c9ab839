from collections.abc import Callable
from typing import Any, cast

import pytest
import sacrebleu

from firth.seq2seq.data import Pairs
from firth.seq2seq.scores import (
    Question,
    exact_matches,
    last_place,
    question_alone,
    question_scores,
    translation_scores,
)


def question(text: str = "Where is Tim?", answer: str = "here", **changes: Any) -> Question:
    item: dict[str, Any] = {
        "story": ["Tim left."], "question": text, "answer": answer, "supporting": [0], "last_place": None, "task": None
    }  # fmt: skip
    return cast(Question, {**item, **changes})


def test_scores_are_those_of_sacrebleu_with_their_signatures() -> None:
    outputs, references = ["Le chat mange.", "Il dort dans la rue."], ["Le chat mange.", "Il dort dans le lit."]
    scores = translation_scores(outputs, references, references)
    assert scores["bleu"] == pytest.approx(sacrebleu.corpus_bleu(outputs, [references]).score, rel=1e-12)
    assert scores["chrf"] == pytest.approx(sacrebleu.corpus_chrf(outputs, [references]).score, rel=1e-12)
    assert scores["exact_match"] == 0.5
    assert scores["bleu_signature"].startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")
    assert scores["chrf_signature"].startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")


def test_bleu_of_a_tiny_case_by_hand() -> None:
    """Precisions 4/5, 3/4, 2/3, 1/2 (one wrong last word), no brevity penalty: their geometric mean."""
    scores = translation_scores(["a b c d x"], ["a b c d e"], ["f"])
    assert scores["bleu"] == pytest.approx(100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25)


def test_scores_in_lower_case_and_by_length_of_the_source() -> None:
    references = ["Ein Hund läuft durch den Park.", "Two men are sitting on a bench.", "Il dort dans le lit ce soir."]
    outputs = ["ein hund läuft durch den Park.", "Two men sit on the bench.", "Il dort dans le lit ce soir."]
    sources = ["a " * 5, "a " * 36, "a " * 31]
    scores = translation_scores(outputs, references, sources)
    lower = sacrebleu.corpus_bleu(outputs, [references], lowercase=True)
    assert scores["bleu_lowercase"] == pytest.approx(lower.score, rel=1e-12)
    assert scores["bleu_lowercase"] > scores["bleu"]
    assert "case:lc" in scores["bleu_lowercase_signature"]
    long = sacrebleu.corpus_bleu(outputs[1:], [references[1:]]).score
    assert scores["by_source_length"] == {
        "1-5": {"sentences": 1, "bleu": sacrebleu.corpus_bleu(outputs[:1], [references[:1]]).score},
        "31+": {"sentences": 2, "bleu": long},
    }
    assert list(translation_scores(["a"] * 3, ["a"] * 3, ["", "a " * 6, "a " * 30])["by_source_length"]) == [
        "1-5", "6-10", "26-30",
    ]  # fmt: skip


def test_exact_match_is_of_whole_token_sequences(pairs: Callable[..., Pairs]) -> None:
    data = pairs([[3]] * 5, [[4, 5], [4, 5], [4, 5], [], [4, 0]])
    assert exact_matches([[4, 5], [4], [5, 4], [], [4, 0]], data) == [True, False, False, True, False]


def test_question_alone_takes_the_most_frequent_answer_to_that_question_or_to_all() -> None:
    training = [
        question("Where is Tim?", "garden"), question("Where is Tim?", "kitchen"), question("Where is Tim?", "kitchen"),
        question("Where is Mary?", "garden"), question("Where is Mary?", "garden"),
    ]  # fmt: skip
    asked = [
        question("Where is Tim?", "kitchen"),  # right
        question("Where is Tim?", "garden"),
        question("Where is Mary?", "garden"),  # right
        question("Who is Mary?", "garden"),  # right: new, and three of five answers are garden
        question("Who is Mary?", "kitchen"),
    ]
    assert question_alone(training, asked) == 3 / 5


def test_last_place_is_the_share_where_it_answers_or_none_where_no_story_has_one() -> None:
    asked = [question(answer="here", last_place=place) for place in ("here", "there", None, "here")]
    assert last_place(asked) == 0.5
    assert last_place([question()]) is None


def test_answers_are_counted_by_sentences_facts_and_task() -> None:
    asked = [
        question(story=["a", "b"], supporting=[0], task=2),
        question(story=["a", "b"], supporting=[0, 1], task=1),
        question(story=["a"], supporting=[0], task=1),
    ]
    scores = question_scores([True, False, True], asked, asked)
    assert scores["exact_match"] == 2 / 3
    assert scores["by_sentences"] == {1: 1.0, 2: 0.5}
    assert scores["by_supporting_facts"] == {1: 1.0, 2: 0.0}
    assert scores["by_task"] == {1: 0.5, 2: 1.0}
    assert list(scores["by_sentences"]) == [1, 2]


def test_questions_without_a_task_are_not_counted_by_task() -> None:
    assert "by_task" not in question_scores([True], [question()], [question()])
