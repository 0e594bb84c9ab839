"""The description of a text in data/raw/ROLE: what it is, its languages and its licence, in ``corpus.json``."""

import json
from pathlib import Path
from typing import NotRequired

from typing_extensions import TypedDict

from firth.stored_files import read_json
from firth.workspace import write_text

CORPUS = "corpus.json"


class LanguagePair(TypedDict):
    """The codes of the languages of a translation."""

    source: str
    target: str


Language = str | LanguagePair  # the code of a language, or two


class CorpusDescription(TypedDict):
    """Content of ``corpus.json``.

    Attributes
    ----------
    tokenized : whether tokens are separated by spaces and must be kept as they are.
    world : whether the text is the built-in world's.
    """

    name: NotRequired[str]
    language: Language
    tokenized: bool
    license: NotRequired[str]
    citation: NotRequired[str]
    world: bool


def write_description(raw: Path, description: CorpusDescription) -> None:
    """Write ``corpus.json`` into a folder data/raw/ROLE."""
    write_text(raw / CORPUS, json.dumps(description, indent=2, ensure_ascii=False) + "\n")


def read_description(raw: Path) -> CorpusDescription:
    """Read ``corpus.json`` of a folder data/raw/ROLE.

    Raises
    ------
    FirthError
        If the file doesn't exist or is damaged.
    """
    return read_json(raw / CORPUS, CorpusDescription, f"download@{raw.name}")
