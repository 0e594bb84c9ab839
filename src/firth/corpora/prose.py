"""The catalog's plain texts, each from its own form to lines."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from firth.corpora.archives import LocalFile
from firth.corpora.formats import prose_lines

BESIDE = {"README", "CONTENTS", "cats.txt"}  # what NLTK's archives hold beside their texts
REVIEW = re.compile(r"aclImdb/((?:train|test)/(?:pos|neg|unsup))/\d+_\d+\.txt")


def catalog_lines(name: str, files: dict[str, LocalFile]) -> Iterator[tuple[str, str]]:
    """Lines of a catalog text with the part they stand in: a file, or a folder of reviews.

    ``ptb`` comes in three files, its splits; the others are to be divided part by part, so that each split has its
    share of every genre.
    """
    for part, file in files.items():
        if name == "imdb":
            yield from _reviews(file)
        elif name == "nltk-prose":
            for _, line in prose_lines(file, lambda member: PurePosixPath(member).name not in BESIDE, fallback=True):
                yield part, untagged(line) if part == "brown" else line
        else:
            for _, line in prose_lines(file):
                yield part, line


def untagged(line: str) -> str:
    """The words of a line of Brown's ``word/tag`` tokens; a word may hold a slash itself."""
    return " ".join(token.rpartition("/")[0] or token for token in line.split())


def _reviews(file: LocalFile) -> Iterator[tuple[str, str]]:
    for member, line in prose_lines(file, lambda member: bool(REVIEW.fullmatch(member))):
        folder = REVIEW.search(member)
        yield folder[1] if folder else "", " ".join(line.replace("<br />", " ").split())
