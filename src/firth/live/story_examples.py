"""Stories with a question: of the lecture and of the test set."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from firth.text.sentence_ends import split_sentences
from firth.text.sides import SIDES, decoder
from firth.text.streams import TokenStream
from firth.text.vocabulary import UNK_ID

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
    streams = [TokenStream.load(tokens, f"test.{side}").first(10 * COUNT).sentences() for side in SIDES]
    write_source, write_target = (decoder(tokens, side) for side in SIDES)
    found: list[AnsweredStory] = []
    for source, target in zip(*streams, strict=True):
        if len(target) and UNK_ID not in source and UNK_ID not in target:
            *story, question = split_sentences(write_source(source.tolist()))
            lines = "\n".join(story)
            if 0 < len(lines) <= LONGEST_STORY:
                found.append(AnsweredStory(lines, question, write_target(target.tolist())))
    return found[:COUNT]
