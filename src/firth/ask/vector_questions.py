"""``firth neighbors``, ``similarity`` and ``analogy``: answers of all word vectors that are built, side by side."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from firth.ask.answer_tables import RankedWords, print_answer, print_json, score_tables, scored
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


def print_neighbors(workspace: Workspace, word: str, count: int, as_json: bool) -> None:
    """Print the words nearest to a word in every space."""
    spaces = _spaces(workspace)
    (word,) = _known(workspace, [word], spaces)
    found = {name: space.most_similar(word, count) for name, space in spaces.items() if word in space}
    notes = _missing([word], spaces)
    if as_json:
        neighbors = {name: scored(ranked, "word", "cosine") for name, ranked in found.items()}
        print_json({"word": word, "neighbors": neighbors, "notes": notes})
        return
    columns: list[RankedWords] = [(name, "cosine", ranked) for name, ranked in found.items()]
    print_answer(f"nearest to {word}", score_tables(columns), notes)


def print_similarity(workspace: Workspace, a: str, b: str, as_json: bool) -> None:
    """Print the cosine of two words in every space."""
    spaces = _spaces(workspace)
    a, b = _known(workspace, [a, b], spaces)
    cosines = {name: space.similarity(a, b) for name, space in spaces.items() if a in space and b in space}
    notes = _missing([a, b], spaces)
    if as_json:
        print_json({"words": [a, b], "cosine": cosines, "notes": notes})
    else:
        print_answer(f"{a}, {b}", score_tables([("vectors", "cosine", list(cosines.items()))]), notes)


def print_analogy(workspace: Workspace, a: str, b: str, c: str, as_json: bool) -> None:
    """Print the answers to a : b = c : ? in every space, by 3CosAdd and by 3CosMul."""
    spaces = _spaces(workspace)
    a, b, c = _known(workspace, [a, b, c], spaces)
    found = {
        name: space.analogy(a, b, c, ANSWERS)
        for name, space in spaces.items()
        if a in space and b in space and c in space
    }
    notes = _missing([a, b, c], spaces)
    if as_json:
        answers = {
            name: {measure: scored(ranked, "word", "score") for measure, ranked in by_measure.items()}
            for name, by_measure in found.items()
        }
        print_json({"a": a, "b": b, "c": c, "answers": answers, "notes": notes})
        return
    columns: list[RankedWords] = [
        (f"{name}\n{measure}", "\nscore", ranked)
        for name, by_measure in found.items()
        for measure, ranked in by_measure.items()
    ]
    print_answer(f"{a} is to {b} as {c} is to", score_tables(columns), notes)


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
