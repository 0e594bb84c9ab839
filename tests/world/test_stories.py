"""Stories answer their questions: checked by a reader that knows nothing but the text."""

import re
from collections import Counter, defaultdict

import numpy as np
import pytest

from firth.world import Story, sample_stories

ARRIVAL = re.compile(r"(\w+) (?:goes to|walks to|is playing in) (.+)\.")


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return sample_stories(7_000, 4, np.random.default_rng(2))


def read(sentences: list[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Where people are at the end, and all places that things have been in, from the text alone."""
    people: dict[str, str] = {}
    holder: dict[str, str] = {}
    things: dict[str, list[str]] = defaultdict(list)

    def note(thing: str, person: str) -> None:
        if person in people and things[thing][-1:] != [people[person]]:
            things[thing].append(people[person])

    for sentence in sentences:
        if arrival := ARRIVAL.fullmatch(sentence):
            person, place = arrival.groups()
            people[person] = re.sub(r"^(his|her) (\w+)$", rf"the \2 of {person}", place)
            for thing in [thing for thing, by in holder.items() if by == person]:
                note(thing, person)
        else:
            person, action, thing = sentence.rstrip(".").replace(" the ", " ").split(" ")
            note(thing, person)
            if action == "takes":
                holder[thing] = person
            else:
                assert action == "drops"
                holder.pop(thing, None)
    return people, things


def answer(question: str, sentences: list[str]) -> str | None:
    """The place that answers a question, or none if the sentences don't tell."""
    people, things = read(sentences)
    if before := re.fullmatch(r"Where was the (\w+) before (.+)\?", question):
        thing, later = before.groups()
        places = things[thing]
        return places[places.index(later) - 1] if later in places and places.index(later) > 0 else None
    if thing := re.fullmatch(r"Where is the (\w+)\?", question):
        return things[thing.group(1)][-1] if things[thing.group(1)] else None
    person = re.fullmatch(r"Where is (\w+)\?", question)
    assert person
    return people.get(person.group(1))


def stated(sentence: str) -> str:
    """The place in an answer, in full: "Tim is in his room." → "the room of Tim"."""
    found = re.fullmatch(r"(?:The )?(\w+) (?:is|was) in (.+)\.", sentence)
    assert found, sentence
    return re.sub(r"^(his|her) (\w+)$", rf"the \2 of {found.group(1)}", found.group(2))


def test_answer_follows_from_the_whole_story_and_from_its_supporting_sentences(stories: list[Story]) -> None:
    for story in stories + sample_stories(2_000, 8, np.random.default_rng(3)):
        assert answer(story.question, list(story.sentences)) == stated(story.answer), story
        support = [story.sentences[index] for index in story.supporting]
        assert answer(story.question, support) == stated(story.answer), story


def test_every_supporting_sentence_is_needed(stories: list[Story]) -> None:
    """Without it, the rest of the support doesn't give the answer; a drop alone also tells who held the thing."""
    for story in stories:
        for left_out in story.supporting:
            rest = [story.sentences[index] for index in story.supporting if index != left_out]
            assert answer(story.question, rest) != stated(story.answer), story


def test_last_place_answer_names_the_place_named_last(stories: list[Story]) -> None:
    for story in stories:
        person, place = [match.groups() for line in story.sentences if (match := ARRIVAL.fullmatch(line))][-1]
        assert stated(story.last_place_answer) == re.sub(r"^(his|her) (\w+)$", rf"the \2 of {person}", place)


def test_lengths_spread_evenly_and_supports_are_one_to_three() -> None:
    stories = sample_stories(3_500, 8, np.random.default_rng(5))
    lengths = Counter(len(story.sentences) for story in stories)
    assert sorted(lengths) == [2, 3, 4, 5, 6, 7, 8]
    assert min(lengths.values()) > 400
    supports = Counter(len(story.supporting) for story in stories)
    assert sorted(supports) == [1, 2, 3]
    assert min(supports.values()) > 350


def test_neither_the_question_nor_the_last_place_gives_the_answer_away(stories: list[Story]) -> None:
    train, test = stories[:5_000], stories[5_000:]
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    for story in train:
        answers[story.question][story.answer] += 1
    guesses = {question: counts.most_common(1)[0][0] for question, counts in answers.items()}
    assert np.mean([guesses.get(story.question) == story.answer for story in test]) <= 0.45
    assert np.mean([story.last_place_answer == story.answer for story in test]) <= 0.45


def test_same_seed_gives_the_same_stories(stories: list[Story]) -> None:
    assert sample_stories(7_000, 4, np.random.default_rng(2)) == stories
    assert sample_stories(7_000, 4, np.random.default_rng(1)) != stories


@pytest.mark.parametrize("longest", [1, 9])
def test_lengths_out_of_range_are_refused(longest: int) -> None:
    with pytest.raises(ValueError, match="max_sentences"):
        sample_stories(1, longest, np.random.default_rng(0))
