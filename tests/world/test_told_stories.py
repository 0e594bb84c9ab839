"""Stories that are written down again are told again: checked against the stories that were drawn."""

import numpy as np
import pytest

from firth.world.stories import sample_stories
from firth.world.told_stories import LONGEST, answered, next_sentences, told

STORY = ["Tim goes to his room.", "Tim takes the ball.", "Mary walks to the kitchen.", "Tim goes to the garden."]


def test_every_story_of_the_world_is_told_again_with_its_answer() -> None:
    for story in sample_stories(500, LONGEST, np.random.default_rng(4)):
        world = told(story.sentences)
        question = answered(world, story.question)
        assert world.sentences == list(story.sentences)
        assert question is not None
        assert (question.answer(question.place), tuple(sorted(question.supporting))) == (story.answer, story.supporting)


def test_every_next_sentence_can_be_told() -> None:
    for number in range(len(STORY) + 1):
        offered = [text for texts in next_sentences(told(STORY[:number])).values() for text in texts]
        assert len(set(offered)) == len(offered)
        for text in offered:
            assert told([*STORY[:number], text]).sentences[-1] == text


def test_people_do_what_they_can_where_they_are() -> None:
    offered = next_sentences(told(STORY))
    assert "Tim drops the ball." in offered["Tim"]
    assert "Mary takes the ball." not in offered["Mary"]
    assert "Mary takes the hat." in offered["Mary"]
    assert "Mary goes to her room." in offered["Mary"]
    assert not {"Tim goes to the garden.", "Tim takes the ball."} & set(offered["Tim"])
    assert offered["Oscar"] == [text for text in offered["Oscar"] if " goes to " in text]


def test_a_story_has_three_people_two_things_and_eight_sentences() -> None:
    cast = next_sentences(told([*STORY, "Emma goes to the attic.", "Emma takes the cup."]))
    assert sorted(cast) == ["Emma", "Mary", "Tim"]
    assert "Mary takes the hat." not in cast["Mary"]
    assert next_sentences(told([*STORY, *["Mary goes to the attic.", "Mary goes to the cellar."] * 2])) == {}


@pytest.mark.parametrize(
    ("sentence", "number"),
    [("Tim goes to the garden.", 5), ("Mary takes the ball.", 5), ("Zoe goes to the attic.", 5), ("Tim runs.", 5)],
)
def test_the_first_sentence_that_can_not_be_there_is_named(sentence: str, number: int) -> None:
    with pytest.raises(ValueError, match=rf"sentence {number} \({sentence}\)"):
        told([*STORY, sentence, "nor this"])


def test_case_does_not_matter_and_an_unanswered_question_has_none() -> None:
    world = told([sentence.upper() for sentence in STORY])
    question = answered(world, "where was the ball before the garden?")
    assert question is not None
    assert question.answer(question.place) == "The ball was in the room of Tim."
    assert answered(world, "Where is Emma?") is None
