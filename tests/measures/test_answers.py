from collections.abc import Callable
from typing import Any, cast

from firth.measures.answers import (
    QuestionRecord,
    answer_scores,
    exact_match_by_group,
    exact_matches,
    last_place,
    question_alone,
)
from firth.seq2seq.pairs import Pairs


def question(text: str = "Where is Tim?", answer: str = "here", **changes: Any) -> QuestionRecord:
    item: dict[str, Any] = {
        "story": ["Tim left."], "question": text, "answer": answer, "supporting": [0], "last_place": None, "task": None
    }  # fmt: skip
    return cast(QuestionRecord, {**item, **changes})


def test_exact_match_is_of_whole_token_sequences(pairs: Callable[..., Pairs]) -> None:
    data = pairs([[3]] * 5, [[4, 5], [4, 5], [4, 5], [], [4, 0]])
    assert exact_matches([[4, 5], [4], [5, 4], [], [4, 0]], data) == [True, False, False, True, False]


def test_without_questions_there_are_no_scores() -> None:
    nothing = {"exact_match": None, "question_alone": None, "last_place": None}
    assert answer_scores([], [], [question()]) == nothing
    assert answer_scores([True], [question()], []) == {**nothing, "exact_match": 1.0}
    assert exact_match_by_group([], []).empty


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
    frame = exact_match_by_group([True, False, True], asked)
    assert list(frame.itertuples(index=False, name=None)) == [
        ("sentences", 1, 1, 1.0),
        ("sentences", 2, 2, 0.5),
        ("supporting_facts", 1, 2, 1.0),
        ("supporting_facts", 2, 1, 0.0),
        ("task", 1, 2, 0.5),
        ("task", 2, 1, 1.0),
    ]
    assert frame.columns.tolist() == ["grouping", "group", "questions", "exact_match"]


def test_questions_without_a_task_are_not_grouped_by_task() -> None:
    assert set(exact_match_by_group([True], [question()])["grouping"]) == {"sentences", "supporting_facts"}


def test_scores_are_the_share_of_right_answers_and_of_both_baselines() -> None:
    asked = [question(answer="here", last_place="here"), question(answer="there", last_place="there")]
    scores = answer_scores([True, False], asked, [question(answer="here")])
    assert scores == {"exact_match": 0.5, "question_alone": 0.5, "last_place": 1.0}
