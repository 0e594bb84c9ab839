"""Reading text as data/raw/<role> holds it: which splits there are, and their lines in blocks."""

import json
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from firth.params.roles import Role
from firth.stored_files import damaged
from firth.text.numbering import text_blocks
from firth.workspace import require

LINES_A_BLOCK = 10_000


class StoryItem(NamedTuple):
    """A question about a story, whose sentences it is asked after, with its answer."""

    story: list[str]
    question: str
    answer: str


def splits_of(raw: Path, role: Role) -> tuple[str, ...]:
    """The splits of a role; translation may have several test sets."""
    if role == "embeddings":
        return ("train",)
    if role == "translation":
        tests = sorted(path.name.removesuffix(".source.txt") for path in raw.glob("text/test*.source.txt"))
        return ("train", "valid", *tests)
    return ("train", "valid", "test")


def raw_blocks(raw: Path, role: Role, split: str, side: str) -> Generator[str, None, None]:
    """The text of one split in blocks of whole lines.

    Parameters
    ----------
    side : ``source``, ``target``, or empty for roles without sides.

    Raises
    ------
    FirthError
        If the file doesn't exist, is not UTF-8, or (for questions) a line is not a story with question and answer.
    """
    if role == "qa":
        return _joined(raw_lines(raw, role, split, side))
    return text_blocks(require(raw / "text" / _text_name(split, side), f"download@{role}"))


def raw_lines(raw: Path, role: Role, split: str, side: str) -> Iterator[str]:
    """The lines of one split without line ends; parameters and errors as for ``raw_blocks``."""
    if role == "qa":
        return _story_lines(story_items(raw, split), side)
    return _lines(require(raw / "text" / _text_name(split, side), f"download@{role}"))


def story_items(raw: Path, split: str) -> Iterator[StoryItem]:
    """The questions of one split, each with its story and its answer.

    Raises
    ------
    FirthError
        As ``raw_blocks``.
    """
    path = require(raw / "text" / f"{split}.jsonl", "download@qa")
    for number, line in enumerate(_lines(path), start=1):
        try:
            found = json.loads(line)
            item = StoryItem(list(found["story"]), found["question"], found["answer"])
            if not all(isinstance(text, str) for text in (*item.story, item.question, item.answer)):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError):
            raise damaged(path, f"line {number} is not a story with question and answer", "download@qa") from None
        yield item


def _text_name(split: str, side: str) -> str:
    return f"{split}.{side}.txt" if side else f"{split}.txt"


def _lines(path: Path) -> Iterator[str]:
    rest = ""
    for block in text_blocks(path):
        *whole, rest = (rest + block).split("\n")
        yield from whole


def _story_lines(items: Iterable[StoryItem], side: str) -> Iterator[str]:
    """One line for each question: the story's sentences and the question, or the answer."""
    for item in items:
        parts = [*item.story, item.question] if side == "source" else [item.answer]
        yield " ".join(parts).replace("\n", " ")


def _joined(lines: Iterable[str]) -> Generator[str, None, None]:
    """Lines as blocks of text."""
    lines = iter(lines)
    while block := list(islice(lines, LINES_A_BLOCK)):
        yield "\n".join([*block, ""])
