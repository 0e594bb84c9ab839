"""Minimal pairs of English sentences up to the verb, from templates: a verb form that agrees, and one that doesn't.

The constructions follow Marvin & Linzen (2018); templates and words are our own. In theirs, other verbs of the sentence
agree with a noun too. Here all other verbs are in the past tense, so that only nouns have a number, and the nouns
between a subject and its verb are either all singular or all plural. Each choice of words comes in every combination of
numbers: a model that ignores the subject is right in half of the pairs. Half of the verbs of a class are forms of *be*
and *have*, as most agreement in running text is.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import prod

import numpy as np

from firth.training.reproducibility import generator

PAIRS = 400  # of a construction, at most
SEED = 1  # fixed: the test set is the same in every experiment with the same vocabulary
SPARE = 2  # choices drawn for each one needed, because choices with the same noun twice are dropped

# Words in capitals are classes of nouns: the first is the subject, the others stand between it and the verb, which
# follows at the end. Of words separated by slashes, one is chosen.
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

    ``attractors`` is the number of nouns between subject and verb whose number differs from the subject's,
    ``intervening_nouns`` the number of those that share it, ``distance`` the number of words between the subject's noun
    and the verb. ``adjacent_attractor``: the last word before the verb is an attractor.
    """

    construction: str
    prefix: tuple[str, ...]
    correct: str
    wrong: str
    attractors: int
    intervening_nouns: int
    distance: int
    adjacent_attractor: bool

    @property
    def neutral(self) -> bool:
        """Whether words stand between subject and verb, none of which has a number."""
        return self.distance > 0 and not self.attractors and not self.intervening_nouns


Forms = tuple[str, str]  # singular, plural; the same form twice for a word without number


@cache
def lexicon() -> dict[tuple[str, str], tuple[Forms, ...]]:
    """(``noun`` or ``verb``, class) → singular and plural of its words, in the order of ``lexicon.tsv``."""
    text = files(__package__).joinpath("lexicon.tsv").read_text(encoding="utf-8")
    grouped: dict[tuple[str, str], tuple[Forms, ...]] = {}
    for line in text.splitlines()[1:]:
        part, word_class, singular, plural = line.split("\t")
        grouped[part, word_class] = (*grouped.get((part, word_class), ()), (singular, plural))
    return grouped


def minimal_pairs(vocabulary: Container[str]) -> list[MinimalPair]:
    """All minimal pairs for a vocabulary, construction by construction; the same vocabulary gives the same pairs.

    Only words in the vocabulary are used: nouns and verbs must have both forms there. The first word is capitalized if
    the vocabulary has its capitalized form. A construction whose words are missing has fewer pairs, or none.
    """
    return [
        pair
        for construction, templates in TEMPLATES.items()
        for template in templates
        for pair in _pairs(construction, template, PAIRS // len(templates), vocabulary)
    ]


def _pairs(construction: str, template: str, most: int, vocabulary: Container[str]) -> Iterator[MinimalPair]:
    """The pairs of one template, ``most`` or fewer."""
    pattern = template.split(" ")
    head, *between = (position for position, word in enumerate(pattern) if word.isupper())
    slots = [_options(word, position == 0, vocabulary) for position, word in enumerate(pattern)]
    slots.append(_known("verb", pattern[head], vocabulary))
    numbers = [(subject, other) for subject in (0, 1) for other in ((0, 1) if between else (subject,))]
    distance = len(pattern) - head - 1
    for choice in _choices(slots, [head, *between], most // len(numbers), f"{construction}: {template}"):
        for subject, other in numbers:
            words = [forms[subject if position == head else other] for position, forms in enumerate(choice)]
            attractors, intervening = (0, len(between)) if subject == other else (len(between), 0)
            correct, wrong = choice[-1][subject], choice[-1][1 - subject]
            adjacent = attractors > 0 and pattern[-1].isupper()
            prefix = tuple(words[:-1])
            yield MinimalPair(construction, prefix, correct, wrong, attractors, intervening, distance, adjacent)


def _options(word: str, first: bool, vocabulary: Container[str]) -> list[Forms]:
    """The words for a position of a template; the first is capitalized if the vocabulary has the capitalized form."""
    if word.isupper():
        return _known("noun", word, vocabulary)
    if first and word.capitalize() in vocabulary:
        word = word.capitalize()
    return [(choice, choice) for choice in word.split("/") if choice in vocabulary]


def _known(part: str, word_class: str, vocabulary: Container[str]) -> list[Forms]:
    """The nouns or verbs of a class with both forms in the vocabulary."""
    return [forms for forms in lexicon()[part, word_class] if forms[0] in vocabulary and forms[1] in vocabulary]


def _choices(
    slots: Sequence[Sequence[Forms]], nouns: Sequence[int], most: int, name: str
) -> Iterator[tuple[Forms, ...]]:
    """Up to ``most`` different ways to fill the slots, in random order, without the same noun twice in a sentence."""
    sizes = tuple(len(slot) for slot in slots)
    ways = prod(sizes)
    if not ways:
        return
    drawn = generator(SEED, "minimal pairs", name).choice(ways, min(ways, SPARE * most), replace=False)
    found = 0
    for way in drawn:
        indices = np.unravel_index(way, sizes)
        choice = tuple(slot[int(index)] for slot, index in zip(slots, indices, strict=True))
        if found < most and len({choice[position] for position in nouns}) == len(nouns):
            found += 1
            yield choice
