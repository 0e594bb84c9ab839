"""``firth neighbors``, ``similarity`` and ``analogy``: answers of all word vectors that are built, side by side."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from firth.ask.answer_tables import Columns, print_answer, side_by_side
from firth.ask.asked_text import asked_word
from firth.ask.built_models import built_word_vectors
from firth.ask.loading import load_word_vectors
from firth.ask.spelling import Spelling
from firth.ask.word_vectors import WITHOUT_COMPANY, WordVectors, known_words
from firth.errors import shown
from firth.text.vocabulary import EOS_ID, Vocabulary

if TYPE_CHECKING:
    from firth.workspace import Workspace

ANSWERS = 5  # to an analogy

Spaces = dict[str, WordVectors]


def print_neighbors(workspace: Workspace, word: str, count: int) -> None:
    """Print the words nearest to a word in every space."""
    spaces = _spaces(workspace)
    (word,) = _known(workspace, [word], spaces)
    columns: Columns = [
        (name, "cosine", space.most_similar(word, count) if word in space else []) for name, space in spaces.items()
    ]
    print_answer(f"nearest to {word}", side_by_side(columns), _missing([word], spaces))


def print_similarity(workspace: Workspace, a: str, b: str) -> None:
    """Print the cosine of two words in every space."""
    spaces = _spaces(workspace)
    a, b = _known(workspace, [a, b], spaces)
    cosines = {name: space.similarity(a, b) for name, space in spaces.items() if a in space and b in space}
    table = side_by_side([("vectors", "cosine", list(cosines.items()))])
    print_answer(f"{a}, {b}", table, _missing([a, b], spaces))


def print_analogy(workspace: Workspace, a: str, b: str, c: str) -> None:
    """Print the answers to a : b = c : ? in every space, by 3CosAdd and by 3CosMul."""
    spaces = _spaces(workspace)
    a, b, c = _known(workspace, [a, b, c], spaces)
    columns: Columns = [
        (f"{name}\n{measure}", "\nscore", ranked)
        for name, space in spaces.items()
        if a in space and b in space and c in space
        for measure, ranked in space.analogy(a, b, c, ANSWERS).items()
    ]
    print_answer(f"{a} is to {b} as {c} is to", side_by_side(columns), _missing([a, b, c], spaces))


def _spaces(workspace: Workspace) -> Spaces:
    """The spaces that are built, by name."""
    return {name: load_word_vectors(workspace.model(name)) for name in built_word_vectors(workspace)}


def _known(workspace: Workspace, words: list[str], spaces: Spaces) -> list[str]:
    """The words in the normal form of all text and in the spelling of the joint vocabulary of all spaces."""
    spelling = Spelling(dict.fromkeys(chain.from_iterable(space.words for space in spaces.values())))
    path = workspace.tokens("embeddings") / "vocabulary.tsv"
    vocabulary = Spelling(Vocabulary.load(path).tokens[EOS_ID + 1 :] if path.exists() else [])
    return known_words([asked_word(word) for word in words], spelling, vocabulary)


def _missing(words: list[str], spaces: Spaces) -> list[str]:
    return [
        f"{name} has no vector for {shown(word)}{f': {WITHOUT_COMPANY}' if name == 'svd' else ''}"
        for name, space in spaces.items()
        for word in dict.fromkeys(words)
        if word not in space
    ]
