"""The screens of the page, in the order in which a lecture shows them.

To add a screen:

1. Write ``live/screens/NAME.py`` with a function ``answer(models, query)``: from the opened models and the texts of the
   question (``asked_query.asked_text``) to plain JSON data. A ``FirthError`` that it raises stands on the screen in
   place of an answer. ``unknown`` in the data (``asked_query.unknown_with_advice``) is shown by the page itself.
2. Write ``live/page/screens/NAME.js`` with a function ``mount(shell)`` that builds the controls and returns an object:
   ``controls``, an element; ``fill(query)``, which sets the controls; ``draw(answer, query)``, which returns the
   element of the answer; ``step(query, answer)``, the next step at Space. See the head of ``live/page/shell.js``.
3. Add the screen to ``SCREENS`` below. Navigation, address, keys, errors and unknown words come with it.

Tests: ``tests/live/screens/test_NAME.py`` for the function, ``tests/live/test_browser.py`` for what people see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firth.live.screens import (
    back_in_time,
    company,
    gradient_clipping,
    map_of_words,
    next_word,
    story_questions,
    subject_and_verb,
    translate,
)

if TYPE_CHECKING:
    from firth.live.asked_query import Query
    from firth.live.opened_models import OpenedModels


@dataclass(frozen=True)
class Screen:
    """One screen.

    Attributes
    ----------
    name : of its files and in the address.
    look : the sentence that says what to look at.
    answer : from the opened models and the texts of a question to JSON data.
    is_slow : whether the first answer takes seconds beyond the loading of models, so that others are prepared before.
    """

    name: str
    title: str
    look: str
    answer: Callable[[OpenedModels, Query], dict[str, Any]]
    is_slow: bool = False


SCREENS = (
    Screen(
        "company",
        "Company",
        "“You shall know a word by the company it keeps” (J. R. Firth): see which words stand near a word, and give a "
        "second word to see what both share.",
        company.answer,
    ),
    Screen(
        "map_of_words",
        "Map",
        "Words that keep the same company stand together: point at a word, and compare the words that each "
        "representation holds for its nearest.",
        map_of_words.answer,
        is_slow=True,
    ),
    Screen(
        "subject_and_verb",
        "Subject and verb",
        "The verb agrees with its subject, whatever stands in between: put words there, and see which models lose the "
        "subject.",
        subject_and_verb.answer,
    ),
    Screen(
        "next_word",
        "Next word",
        "Each model gives every word a probability of coming next: compare the ten most probable, and click one to go "
        "on writing.",
        next_word.answer,
    ),
    Screen(
        "back_in_time",
        "Back in time",
        "Click a word: the shades show how far back its error reaches, which is as far as a network can learn what the "
        "word depends on.",
        back_in_time.answer,
    ),
    Screen(
        "gradient_clipping",
        "Clipping",
        "Raise the learning rate: without clipping, one long gradient throws the weights far off and the loss "
        "explodes; with clipping, the training goes on.",
        gradient_clipping.answer,
    ),
    Screen(
        "translate",
        "Translate, step by step",
        "The encoder reads the sentence into a state, a vector of fixed size, and the decoder writes from it: make the "
        "sentence longer until one vector can't hold it.",
        translate.answer,
    ),
    Screen(
        "story_questions",
        "Answer",
        "Each model reads the story and the question, and writes the answer: build a story in which people take things "
        "along, and see which sentences the answer comes from.",
        story_questions.answer,
    ),
)
