"""Stories for question answering: people walk between places, take things, carry them along and drop them.

Modeled on the tasks with one, two and three supporting facts of Weston et al. (2015), but with sentences as answers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from firth.world.derivation import uniforms

Value = TypeVar("Value")

PEOPLE = {
    "Mary": "her", "Tim": "his", "Julia": "her", "Paul": "his", "Emma": "her", "Oscar": "his", "Alice": "her",
    "Hugo": "his",
}  # fmt: skip
OBJECTS = ("ball", "book", "apple", "hat", "cup", "letter", "lamp", "doll")
PLACES = ("kitchen", "garden", "cellar", "attic", "bathroom", "office", "garage", "room")
OWN = "room"  # everybody has one: "his room" to its owner, "the room of Tim" to others
ARRIVALS = ("goes to", "walks to", "is playing in")
CAST, PROPS = 3, 2  # people and objects in one story, at most

ANOTHER_PLACE = 0.85  # probability that the answer is not the place named last, if there is such a question
HARDEST = 0.5  # probability of a question with the most supporting sentences
STAY = 0.6  # probability that a person takes or drops something, where possible, instead of walking


@dataclass(frozen=True)
class Story:
    """A story, a question about it, and the answer as a sentence.

    Attributes
    ----------
    supporting : indices of the sentences from which the answer follows.
    last_place_answer : answer to the same question with the place that the story names last, as a baseline.
    """

    sentences: tuple[str, ...]
    question: str
    answer: str
    supporting: tuple[int, ...]
    last_place_answer: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place; ``owner`` distinguishes one person's room from another's, and is empty for other places."""

    name: str
    owner: str = ""

    def phrase(self, speaker: str = "") -> str:
        """The noun phrase for the place in a sentence with the subject ``speaker``."""
        if not self.owner:
            return f"the {self.name}"
        return f"{PEOPLE[self.owner]} {self.name}" if speaker == self.owner else f"the {self.name} of {self.owner}"


@dataclass(slots=True)
class StoryQuestion:
    """A question that a story answers with ``place``; ``supporting`` as in ``Story``."""

    text: str
    subject: str  # of the answer: "Tim", "The ball"
    verb: str
    place: Place
    supporting: frozenset[int]

    def answer(self, place: Place) -> str:
        """The answer as a sentence, if the place is this one."""
        return f"{self.subject} {self.verb} in {place.phrase(self.subject)}."


@dataclass(slots=True)
class StoryWorld:
    """What has happened in a story so far."""

    sentences: list[str] = field(default_factory=list)
    whereabouts: dict[str, tuple[Place, int]] = field(default_factory=dict)  # person → place, its sentence's index
    held: dict[str, tuple[str, int]] = field(default_factory=dict)  # object → holder, index of the taking
    history: dict[str, list[tuple[Place, frozenset[int]]]] = field(
        default_factory=dict
    )  # object → places, with their support
    last: Place = Place("")

    def arrive(self, person: str, place: Place, verb: str) -> None:
        """Add a sentence: a person goes to a place, with the things that they hold."""
        now = len(self.sentences)
        self.sentences.append(f"{person} {verb} {place.phrase(person)}.")
        self.whereabouts[person] = place, now
        self.last = place
        for thing, (holder, taken) in self.held.items():
            if holder == person:
                self.history[thing].append((place, frozenset((taken, now))))

    def take(self, person: str, thing: str) -> None:
        """Add a sentence: a person takes a thing, which must be where they are."""
        place, arrived = self.whereabouts[person]
        self.held[thing] = person, len(self.sentences)
        self._found(thing, place, arrived)
        self.sentences.append(f"{person} takes the {thing}.")

    def drop(self, person: str, thing: str) -> None:
        """Add a sentence: a person drops a thing where they are."""
        place, arrived = self.whereabouts[person]
        del self.held[thing]
        self._found(thing, place, arrived)
        self.sentences.append(f"{person} drops the {thing}.")

    def _found(self, thing: str, place: Place, arrived: int) -> None:
        """Record where a thing is, supported by the next sentence and by that of the person's arrival."""
        places = self.history.setdefault(thing, [])
        if places and places[-1][0] == place:
            places.pop()
        places.append((place, frozenset((arrived, len(self.sentences)))))

    def actions(self, person: str, things: list[str]) -> list[tuple[str, str]]:
        """(take or drop, thing) that is possible here; things not mentioned yet can be taken anywhere."""
        place = self.whereabouts[person][0]
        possible = []
        for thing in things:
            if thing in self.held:
                if self.held[thing][0] == person:
                    possible.append(("drop", thing))
            elif thing not in self.history or self.history[thing][-1][0] == place:
                possible.append(("take", thing))
        return possible

    def questions(self) -> list[StoryQuestion]:
        """All questions that one, two or three sentences of the story answer."""
        asked = [
            StoryQuestion(f"Where is {person}?", person, "is", place, frozenset((stated,)))
            for person, (place, stated) in self.whereabouts.items()
        ]
        for thing, places in self.history.items():
            name = f"The {thing}"
            place, support = places[-1]
            asked.append(StoryQuestion(f"Where is the {thing}?", name, "is", place, support))
            if len(places) > 1 and sum(where == place for where, _ in places) == 1:
                before, earlier = places[-2]
                text = f"Where was the {thing} before {place.phrase()}?"
                if len(support | earlier) == 3:
                    asked.append(StoryQuestion(text, name, "was", before, support | earlier))
        return asked


def _choose(options: Sequence[Value], draws: Iterator[float]) -> Value:
    return options[int(next(draws) * len(options))]


def _some(options: tuple[str, ...], count: int, draws: Iterator[float]) -> list[str]:
    left = list(options)
    return [left.pop(int(next(draws) * len(left))) for _ in range(count)]


def _simulate(length: int, draws: Iterator[float]) -> StoryWorld:
    world = StoryWorld()
    people = _some(tuple(PEOPLE), 2 if next(draws) < 0.5 else CAST, draws)
    things = _some(OBJECTS, 1 if next(draws) < 0.6 else PROPS, draws)
    while len(world.sentences) < length:
        person = _choose(people, draws)
        possible = world.actions(person, things) if person in world.whereabouts else []
        if possible and next(draws) < STAY:
            action, thing = _choose(possible, draws)
            if action == "take":
                world.take(person, thing)
            else:
                world.drop(person, thing)
            continue
        here = world.whereabouts[person][0] if person in world.whereabouts else Place("")
        name = _choose([place for place in PLACES if place != here.name], draws)
        world.arrive(person, Place(name, person if name == OWN else ""), _choose(ARRIVALS, draws))
    return world


def _story(length: int, draws: Iterator[float]) -> Story:
    world = _simulate(length, draws)
    questions = world.questions()
    elsewhere = [question for question in questions if question.place != world.last]
    if elsewhere and next(draws) < ANOTHER_PLACE:
        questions = elsewhere
    numbers = sorted({len(question.supporting) for question in questions})
    facts = numbers[-1] if next(draws) < HARDEST else _choose(numbers, draws)
    question = _choose([question for question in questions if len(question.supporting) == facts], draws)
    return Story(
        tuple(world.sentences),
        question.text,
        question.answer(question.place),
        tuple(sorted(question.supporting)),
        question.answer(world.last),
    )


def sample_stories(count: int, max_sentences: int, generator: np.random.Generator) -> list[Story]:
    """Draw stories whose lengths are uniform over 2 … ``max_sentences``.

    Parameters
    ----------
    count : int
        Number of stories.
    max_sentences : int
        Length of the longest stories, 2–8 sentences.
    generator : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    list of Story
    """
    if not 2 <= max_sentences <= 8:
        raise ValueError(f"max_sentences is {max_sentences}, but must lie between 2 and 8")
    draws = uniforms(generator)
    return [_story(2 + int(next(draws) * (max_sentences - 1)), draws) for _ in range(count)]
