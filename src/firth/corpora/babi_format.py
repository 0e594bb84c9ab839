"""The bAbI format: numbered lines of stories and questions (Weston et al. 2015)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from firth.corpora.archives import LocalFile
from firth.corpora.formats import text_lines
from firth.errors import FirthError, shown
from firth.text.normalization import normalize
from firth.text.tokenizer import words

NUMBERED = re.compile(r"(\d{1,9})\s+(\S.*)")


@dataclass(frozen=True)
class BabiQuestion:
    """A question about the sentences before it; ``supporting`` are positions in ``sentences``, from 0."""

    sentences: list[str]
    text: str
    answer: str
    supporting: list[int]


BabiStory = list[BabiQuestion]


def read_stories(file: LocalFile) -> Iterator[BabiStory]:
    """Stories, each as the list of its questions; a line numbered 1 begins a new story.

    A statement is ``NUMBER SENTENCE``, a question ``NUMBER QUESTION<tab>ANSWER<tab>NUMBERS`` where the last column,
    the numbers of the supporting lines, is optional. An answer of several words (``football,apple``) is one string.
    Stories without a question are left out, and counted in ``file.counts``.

    Raises
    ------
    FirthError
        If a line has another form (the line is named), or there is no question at all.
    """
    story: BabiStory = []
    positions: dict[int, int] = {}  # line number in the story → index of its sentence
    sentences: list[str] = []
    last, found = 0, False
    for name, line_number, line in text_lines(file):
        if not line.strip():
            file.counts.left_out["blank_lines"] += 1
            continue
        where = f"{name}: line {line_number}"
        number, content = _numbered(line, last, where)
        if number == 1:
            if story:
                yield story
            else:
                file.counts.left_out["stories_without_question"] += bool(sentences)
            story, positions, sentences = [], {}, []
        last = number
        if "\t" in content:
            story.append(_question(content, sentences, positions, where))
            found = True
        else:
            positions[number] = len(sentences)
            sentences.append(normalize(content))
    if story:
        yield story
    else:
        file.counts.left_out["stories_without_question"] += bool(sentences)
    if not found:
        raise FirthError(f"{file.name}: no question in it; a question is NUMBER QUESTION<tab>ANSWER<tab>NUMBERS")


def held_out(stories: list[BabiStory], questions: int) -> tuple[list[BabiStory], list[BabiStory]]:
    """(training, held-out) stories; the held-out ones are the last, with at least ``questions`` questions in all."""
    start, count = len(stories), 0
    while start and count < questions:
        start -= 1
        count += len(stories[start])
    return stories[:start], stories[start:]


def training_answers(stories: Iterable[tuple[str, BabiStory]]) -> set[str]:
    """Words of all answers in the training split that hold no space."""
    answers = (question.answer for split, story in stories if split == "train" for question in story)
    return {word for answer in answers if " " not in answer for word in _answer_words(answer)}


def _answer_words(text: str) -> list[str]:
    """The words of a text by the rule of ``text.tokenizer``, in lower case, without punctuation."""
    return [word for word in words(text, lowercase=True) if any(map(str.isalnum, word))]


def records(
    stories: Iterable[tuple[str, BabiStory]], answers: set[str], task: int | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(split, question) as data/raw holds it, with the word of ``answers`` that its story mentions last.

    A question whose answer has several words (``football,apple``) has no such word.
    """
    for split, story in stories:
        for question in story:
            yield (
                split,
                {
                    "story": question.sentences,
                    "question": question.text,
                    "answer": question.answer,
                    "supporting": question.supporting,
                    "last_place": last_place(question.sentences, answers)
                    if len(_answer_words(question.answer)) == 1
                    else None,
                    "task": task,
                },
            )


def last_place(sentences: list[str], answers: set[str]) -> str | None:
    """The last word of a story that is in ``answers``, with the story's capitals; None if there is none."""
    for sentence in reversed(sentences):
        for word in reversed(words(sentence, lowercase=False)):
            if word.lower() in answers:
                return word
    return None


def _numbered(line: str, last: int, where: str) -> tuple[int, str]:
    match = NUMBERED.fullmatch(line.strip())
    if not match:
        raise FirthError(f"{where} does not begin with a number and a sentence; write it as in bAbI: 1 Mary went home.")
    number = int(match[1])
    if number != 1 and (number <= last or last == 0):
        raise FirthError(f"{where} is numbered {number} after {last}; number a story's lines from 1 upwards")
    return number, match[2]


def _question(content: str, sentences: list[str], positions: dict[int, int], where: str) -> BabiQuestion:
    columns = [normalize(column) for column in content.split("\t")]
    while len(columns) > 2 and not columns[-1]:
        columns.pop()
    if len(columns) not in (2, 3) or not columns[0] or not columns[1]:
        raise FirthError(f"{where} is not a question; write NUMBER QUESTION<tab>ANSWER<tab>SUPPORTING LINES")
    if not sentences:
        raise FirthError(f"{where} asks before the story has a sentence; put the story first")
    numbers = columns[2].replace(",", " ").split() if len(columns) == 3 else []
    if not all(len(number) < 10 and number.isdecimal() and int(number) in positions for number in numbers):
        raise FirthError(
            f"{where} names {shown(columns[2])} as supporting; name sentences above it in the story by number"
        )
    return BabiQuestion(list(sentences), columns[0], columns[1], [positions[int(number)] for number in numbers])
