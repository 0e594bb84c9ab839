"""Stories with a question: of the lecture and of the test set."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from firth.live.known_test_pairs import known_test_pairs
from firth.text.sentence_ends import split_sentences

COUNT = 20
LONGEST_STORY = 1_000  # characters


class AnsweredStory(NamedTuple):
    """A story, a sentence a line, a question about it, and the answer that the corpus gives."""

    story: str
    question: str
    answer: str


LECTURE = AnsweredStory("Tim is playing in his room.", "Where is Tim?", "Tim is in his room.")  # of the built-in world


def answered_stories(tokens: Path) -> list[AnsweredStory]:
    """The first stories of the test set without unknown tokens, whose last sentence is the question.

    Parameters
    ----------
    tokens : data/tokens/qa.

    Raises
    ------
    FirthError
        If a file of the folder doesn't exist or is damaged.
    """
    found: list[AnsweredStory] = []
    for source, answer in known_test_pairs(tokens, 10 * COUNT):
        *story, question = split_sentences(source)
        lines = "\n".join(story)
        if 0 < len(lines) <= LONGEST_STORY:
            found.append(AnsweredStory(lines, question, answer))
    return found[:COUNT]
