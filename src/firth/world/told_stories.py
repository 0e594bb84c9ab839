"""Stories that somebody writes: which sentences can come next, and which questions the story answers."""

from collections.abc import Callable, Sequence
from functools import partial

from firth.world.stories import (
    ARRIVALS,
    CAST,
    OBJECTS,
    OWN,
    PEOPLE,
    PLACES,
    PROPS,
    Place,
    StoryQuestion,
    StoryWorld,
)

LONGEST = 8  # sentences in a story, as in ``sample_stories``


def told(sentences: Sequence[str]) -> StoryWorld:
    """The world after a story.

    Parameters
    ----------
    sentences : in any case.

    Raises
    ------
    ValueError
        If the world doesn't tell such a story; the error names the first sentence that can't be there.
    """
    world = StoryWorld()
    for number, sentence in enumerate(sentences, start=1):
        events = {text.lower(): event for text, event in _events(world).items()}
        if sentence.lower() not in events:
            raise ValueError(f"sentence {number} ({sentence})")
        events[sentence.lower()]()
    return world


def next_sentences(world: StoryWorld) -> dict[str, list[str]]:
    """The sentences that can come next in a story, by person; of those that say the same, the first."""
    found: dict[str, list[str]] = {}
    for text in _events(world, ARRIVALS[:1]):
        found.setdefault(text.split(" ")[0], []).append(text)
    return found


def answered(world: StoryWorld, question: str) -> StoryQuestion | None:
    """The question that a story answers with this text, in any case; None if it answers no such question."""
    return next((one for one in world.questions() if one.text.lower() == question.lower()), None)


def _events(world: StoryWorld, arrivals: Sequence[str] = ARRIVALS) -> dict[str, Callable[[], None]]:
    """Every sentence that can come next, with the function that tells it."""
    if len(world.sentences) == LONGEST:
        return {}
    things = list(world.history if len(world.history) == PROPS else OBJECTS)
    events: dict[str, Callable[[], None]] = {}
    for person in world.whereabouts if len(world.whereabouts) == CAST else PEOPLE:
        here = world.whereabouts[person][0].name if person in world.whereabouts else ""
        for name in (name for name in PLACES if name != here):
            place = Place(name, person if name == OWN else "")
            for verb in arrivals:
                events[f"{person} {verb} {place.phrase(person)}."] = partial(world.arrive, person, place, verb)
        for action, thing in world.actions(person, things) if here else ():
            tell = world.take if action == "take" else world.drop
            events[f"{person} {action}s the {thing}."] = partial(tell, person, thing)
    return events
