"""Minimal pairs of English: sentences up to their verb, from templates, with the form that agrees and the other.

The constructions follow Marvin & Linzen (2018); templates and words are our own. In theirs, other verbs of the sentence
agree with a noun too. Here they are all in the past, so that nothing but nouns has a number, and the nouns between a
subject and its verb share one number, the subject's or the other. Each choice of words comes in every combination of
numbers: whoever doesn't look at the subject is right in half of the pairs. Half of a class's verbs are *be* and *have*,
in whose forms most of the agreement of a text is seen.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import prod

import numpy as np

from firth.training.reproducibility import generator

PAIRS = 400  # of a construction, at most
SEED = 1  # part of the test set: it is the same in every experiment with the same vocabulary
SPARE = 2  # choices drawn for one that is wanted, because those that name a noun twice are dropped

# The first word in capitals is the class of the subject, the others those of nouns between it and the verb, which
# follows at the end; of words parted by a slash, one is chosen.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "simple": ("the PERSON", "the ORGANIZATION", "the TEXT"),
    "prepositional_phrase": (
        "the PERSON from/at/near/behind the ORGANIZATION",
        "the ORGANIZATION near/behind the ORGANIZATION",
        "the TEXT about/from/by the PERSON",
        "the TEXT about the PERSON from/at/near the ORGANIZATION",
    ),
    "subject_relative": (
        "the PERSON that met/saw/helped/knew/called/followed the PERSON",
        "the ORGANIZATION that hired/helped/sued/called the PERSON",
        "the TEXT that described/mentioned/criticized the ORGANIZATION",
    ),
    "object_relative": (
        "the PERSON that the PERSON met/saw/helped/knew/called/followed",
        "the ORGANIZATION that the PERSON left/visited/bought/owned/ran",
        "the TEXT that the PERSON wrote/read/found/described/mentioned",
    ),
    "object_relative_no_that": (
        "the PERSON the PERSON met/saw/helped/knew/called/followed",
        "the ORGANIZATION the PERSON left/visited/bought/owned/ran",
        "the TEXT the PERSON wrote/read/found/described/mentioned",
    ),
    "verb_coordination": (
        "the PERSON left/returned/waited/agreed/won/lost/stayed and",
        "the ORGANIZATION grew/closed/failed/changed/moved and",
        "the PERSON left/returned/agreed/won early/again/later/recently and",
    ),
    "long_verb_coordination": (
        "the PERSON met/saw/called/left the PERSON and",
        "the ORGANIZATION hired/helped/sued the PERSON recently/again/later and",
        "the PERSON spoke/talked/met with the PERSON from/at/near the ORGANIZATION and",
    ),
}


@dataclass(frozen=True, slots=True)
class MinimalPair:
    """The words before a verb, the form of the verb that agrees with its subject, and the form that doesn't.

    ``distractors`` is the number of nouns between subject and verb whose number differs from the subject's,
    ``controls`` that of nouns which share it, ``distance`` the number of words between the subject's noun and the verb.
    ``adjacent``: the last of these words is a distractor.
    """

    construction: str
    prefix: tuple[str, ...]
    correct: str
    wrong: str
    distractors: int
    controls: int
    distance: int
    adjacent: bool

    @property
    def neutral(self) -> bool:
        """Whether words stand between subject and verb, none of which has a number."""
        return self.distance > 0 and not self.distractors and not self.controls


Forms = tuple[str, str]  # singular, plural; twice the same where a word has no number


@cache
def lexicon() -> dict[tuple[str, str], tuple[Forms, ...]]:
    """Noun or verb, and class → singular and plural, in the order of ``lexicon.tsv``."""
    text = files(__package__).joinpath("lexicon.tsv").read_text(encoding="utf-8")
    grouped: dict[tuple[str, str], tuple[Forms, ...]] = {}
    for line in text.splitlines()[1:]:
        part, word_class, singular, plural = line.split("\t")
        grouped[part, word_class] = (*grouped.get((part, word_class), ()), (singular, plural))
    return grouped


def minimal_pairs(vocabulary: Container[str]) -> list[MinimalPair]:
    """All minimal pairs for a model of this vocabulary, construction by construction.

    A noun or verb is used if both its forms are in the vocabulary, any other word if it is; the sentence begins with
    a capital where the vocabulary has one. A construction whose words are missing has fewer pairs, or none. The same
    vocabulary gives the same pairs.
    """
    return [
        pair
        for construction, templates in TEMPLATES.items()
        for template in templates
        for pair in _pairs(construction, template, PAIRS // len(templates), vocabulary)
    ]


def _pairs(construction: str, template: str, most: int, vocabulary: Container[str]) -> Iterator[MinimalPair]:
    places = template.split(" ")
    head, *between = (place for place, word in enumerate(places) if word.isupper())
    slots = [_options(word, place == 0, vocabulary) for place, word in enumerate(places)]
    slots.append(_known("verb", places[head], vocabulary))
    numbers = [(subject, other) for subject in (0, 1) for other in ((0, 1) if between else (subject,))]
    distance = len(places) - head - 1
    for choice in _choices(slots, [head, *between], most // len(numbers), f"{construction}: {template}"):
        for subject, other in numbers:
            words = [forms[subject if place == head else other] for place, forms in enumerate(choice)]
            distractors, controls = (0, len(between)) if subject == other else (len(between), 0)
            correct, wrong = choice[-1][subject], choice[-1][1 - subject]
            adjacent = distractors > 0 and places[-1].isupper()
            prefix = tuple(words[:-1])
            yield MinimalPair(construction, prefix, correct, wrong, distractors, controls, distance, adjacent)


def _options(word: str, first: bool, vocabulary: Container[str]) -> list[Forms]:
    """What may stand at a place of a template; the first word takes a capital if the vocabulary has it so."""
    if word.isupper():
        return _known("noun", word, vocabulary)
    if first and word.capitalize() in vocabulary:
        word = word.capitalize()
    return [(choice, choice) for choice in word.split("/") if choice in vocabulary]


def _known(part: str, word_class: str, vocabulary: Container[str]) -> list[Forms]:
    return [forms for forms in lexicon()[part, word_class] if forms[0] in vocabulary and forms[1] in vocabulary]


def _choices(
    slots: Sequence[Sequence[Forms]], nouns: Sequence[int], most: int, name: str
) -> Iterator[tuple[Forms, ...]]:
    """Up to ``most`` different ways to fill the slots, in random order, no noun twice in one."""
    sizes = tuple(len(slot) for slot in slots)
    ways = prod(sizes)
    if not ways:
        return
    drawn = generator(SEED, "minimal pairs", name).choice(ways, min(ways, SPARE * most), replace=False)
    found = 0
    for way in drawn:
        indices = np.unravel_index(way, sizes)
        choice = tuple(slot[int(index)] for slot, index in zip(slots, indices, strict=True))
        if found < most and len({choice[place] for place in nouns}) == len(nouns):
            found += 1
            yield choice
