"""A public corpus: its files with checksums, licence and citation, and how its text is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from firth.corpora.fetch import Remote, Remotes
from firth.corpora.formats import divided
from firth.corpora.library import Library
from firth.params.roles import Role

GITHUB = "https://raw.githubusercontent.com"

Items = Iterator[tuple[str, Any]]  # (split, line), (split, pair) or (split, question), as data/raw holds them
Parts = Iterator[tuple[str, str]]  # (part, line), where a part is a file or folder of the corpus


@dataclass(frozen=True)
class Corpus:
    """A public corpus.

    Attributes
    ----------
    read : ``read(files, source, role, library)`` fetches and verifies what the source in params.yaml asks for, then
        returns its items by split.
    tokenized : whether tokens are separated by spaces and must be kept as they are, case included.
    """

    license: str
    citation: str
    files: Remotes
    read: Callable[[Remotes, Any, Role, Library], Items]
    language: str = "en"
    tokenized: bool = False


def remotes(folder: str, checksums: dict[str, str], ending: str = "") -> Remotes:
    """Files of one folder of the web, from the SHA-256 of each."""
    return {name: Remote(f"{folder}/{name}{ending}", f"sha256:{checksum}") for name, checksum in checksums.items()}


def split_text(parts: Callable[[], Parts], name: str, role: Role) -> Items:
    """Split a text that is published without splits: training alone for ``embeddings``, otherwise 90/5/5 of each part.

    Parameters
    ----------
    parts : gives all lines of the corpus each time it is called.
    """
    if role == "embeddings":
        return (("train", line) for _, line in parts())
    return divided(parts, name, "lines")
