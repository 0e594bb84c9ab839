"""``firth neighbors``, ``similarity`` and ``analogy``: what people ask of the word vectors that are built.

No stages, but they read artefacts through the workspace as stages do, and leave the science to ``vectors``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth.errors import FirthError
from firth.stages.answers import Columns, print_answer, side_by_side
from firth.vectors.keyed_vectors import BINARY, SPACES, load_vectors
from firth.vectors.queries import analogy, known_words, nearest, similarity

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

    from firth.workspace import Workspace

ANSWERS = 5  # to an analogy


def print_neighbors(workspace: Workspace, word: str, count: int) -> None:
    """Print the words nearest to a word in every space."""
    spaces = _spaces(workspace)
    (word,) = known_words([word], spaces.values())
    columns: Columns = [
        (name, "cosine", nearest(space, word, count) if word in space else []) for name, space in spaces.items()
    ]
    print_answer(f"nearest to {word}", side_by_side(columns), _missing([word], spaces))


def print_similarity(workspace: Workspace, first: str, second: str) -> None:
    """Print the cosine of two words in every space."""
    spaces = _spaces(workspace)
    first, second = known_words([first, second], spaces.values())
    cosines = {
        name: similarity(space, first, second) for name, space in spaces.items() if first in space and second in space
    }
    table = side_by_side([("vectors", "cosine", list(cosines.items()))])
    print_answer(f"{first}, {second}", table, _missing([first, second], spaces))


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
    print_answer(f"{a} is to {b} as {c} is to", side_by_side(columns), _missing([a, b, c], spaces))


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
