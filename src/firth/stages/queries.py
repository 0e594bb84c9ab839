"""``firth neighbors``, ``similarity`` and ``analogy``: what people ask of the word vectors that are built.

No stages, but they read artefacts through the workspace as stages do, and leave the science to ``vectors``.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from firth.errors import FirthError
from firth.vectors.keyed_vectors import BINARY, SPACES, load_vectors
from firth.vectors.queries import Ranked, analogy, known_words, nearest, similarity

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

    from firth.workspace import Workspace

ANSWERS = 5  # to an analogy
WIDE = 1000  # columns of a pipe or file, where nothing has to be folded

Columns = list[tuple[str, str, Ranked]]  # heading of the words, heading of their scores, both


def print_neighbors(workspace: Workspace, word: str, count: int) -> None:
    """Print the words nearest to a word in every space."""
    spaces = _spaces(workspace)
    (word,) = known_words([word], spaces.values())
    columns: Columns = [
        (name, "cosine", nearest(space, word, count) if word in space else []) for name, space in spaces.items()
    ]
    _print(f"nearest to {word}", columns, _missing([word], spaces))


def print_similarity(workspace: Workspace, first: str, second: str) -> None:
    """Print the cosine of two words in every space."""
    spaces = _spaces(workspace)
    first, second = known_words([first, second], spaces.values())
    cosines = {
        name: similarity(space, first, second) for name, space in spaces.items() if first in space and second in space
    }
    _print(f"{first}, {second}", [("vectors", "cosine", list(cosines.items()))], _missing([first, second], spaces))


def print_analogy(workspace: Workspace, a: str, b: str, c: str) -> None:
    """Print what is to ``c`` as ``b`` is to ``a``, in every space and by both measures."""
    spaces = _spaces(workspace)
    a, b, c = known_words([a, b, c], spaces.values())
    columns: Columns = [
        (f"{name}\n{measure}", "\nscore", ranked)
        for name, space in spaces.items()
        if a in space and b in space and c in space
        for measure, ranked in analogy(space, a, b, c, ANSWERS).items()
    ]
    _print(f"{a} is to {b} as {c} is to", columns, _missing([a, b, c], spaces))


def _spaces(workspace: Workspace) -> dict[str, KeyedVectors]:
    """The spaces that are built."""
    built = [name for name in SPACES if (workspace.model(name) / BINARY).exists()]
    if not built:
        raise FirthError(
            f"{workspace.root / 'models'}: no word vectors yet; build them with `dvc repro {' '.join(SPACES)}`"
        )
    return {name: load_vectors(workspace.model(name)) for name in built}


def _missing(words: list[str], spaces: dict[str, KeyedVectors]) -> list[str]:
    return [
        f"{name} has no vector for {word}"
        for name, space in spaces.items()
        for word in dict.fromkeys(words)
        if word not in space
    ]


def _print(title: str, columns: Columns, notes: list[str]) -> None:
    """Print words and scores side by side, and the notes below."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for words, scores, _ in columns:
        table.add_column(words, overflow="fold")
        table.add_column(scores, justify="right")
    for row in zip_longest(*(ranked for _, _, ranked in columns)):
        table.add_row(*(Text(cell) for item in row for cell in ((item[0], f"{item[1]:.3f}") if item else ("", ""))))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    console.print(Text(title))
    if table.row_count:
        console.print(table)
    for note in notes:
        console.print(Text(note))
