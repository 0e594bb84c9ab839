"""Stories of the test set are told apart from their questions."""

from pathlib import Path

import pytest
from live.tiny_pairs import write_tokens

from firth.live.story_examples import COUNT, LECTURE, LONGEST_STORY, AnsweredStory, answered_stories
from firth.text.text_form import TextForm
from firth.workspace import Workspace
from firth.world.told_stories import answered, told

FORM = TextForm(False, False, "en", False, "words")
KEPT = AnsweredStory("Tim is here.\nMary is there.", "Where is Tim?", "Here.")


def found(folder: Path, pairs: list[tuple[str, str]]) -> list[AnsweredStory]:
    workspace = Workspace(folder)
    write_tokens(workspace, "qa", FORM, pairs, unknown="zebra")
    return answered_stories(workspace.tokens("qa"))


@pytest.mark.parametrize(
    "other",
    [
        ("", "x"),
        ("Where is Tim?", "x"),
        ("A zebra is here. Where is it?", "x"),
        ("Tim is here. Where is Tim?", ""),
        (f"{'a' * (LONGEST_STORY + 1)}. Where is Tim?", "x"),
    ],
)
def test_the_last_sentence_is_the_question_and_what_is_no_story_is_left_out(
    tmp_path: Path, other: tuple[str, str]
) -> None:
    assert found(tmp_path, [other, ("Tim is here. Mary is there. Where is Tim?", "Here.")]) == [KEPT]


def test_the_first_stories_are_taken(tmp_path: Path) -> None:
    pairs = [(f"Tim is {number}. Where is Tim?", "x") for number in range(COUNT + 5)]
    assert [one.story for one in found(tmp_path, pairs)] == [f"Tim is {number}." for number in range(COUNT)]


def test_the_lecture_s_story_is_the_world_s() -> None:
    question = answered(told(LECTURE.story.splitlines()), LECTURE.question)
    assert question is not None
    assert question.answer(question.place) == LECTURE.answer
