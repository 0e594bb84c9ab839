"""The map on the screen: nearest words by every representation, and analogies in a plane."""

from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest
from live.asking_pages import Page
from live.small_spaces import add_counts, add_vectors, counted

from firth.ask.loading import load_word_vectors
from firth.errors import FirthError
from firth.live.opened_models import OpenedModels
from firth.live.screens.map_of_words import NEAREST, answer
from firth.text.streams import from_sentences
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace

SCREEN = "map_of_words"
WORDS = ["<unk>", "<eos>", *"abcdef"]
SENTENCES = [[2, 3, 4], [3, 2], [5, 3, 4], [6, 2, 3]]  # a b c / b a / d b c / e a b


@pytest.fixture
def letters(tmp_path: Path) -> Workspace:
    """Four sentences of five words, of which f is none, and vectors at random."""
    workspace, vocabulary = Workspace(tmp_path), Vocabulary(WORDS, range(len(WORDS), 0, -1))
    add_counts(workspace, TextForm(True, True, "xx", False, "words"), from_sentences(SENTENCES), vocabulary)
    add_vectors(workspace, "word2vec", vocabulary)
    return workspace


def test_the_map_places_every_word(world_page: Page, world: Workspace) -> None:
    found = world_page.ask(SCREEN)
    assert found["words"] == load_word_vectors(world.model("word2vec")).words
    assert np.shape(found["points"]) == (len(found["words"]), 2)
    assert (found["total"], found["nearest"], found["analogy"]) == (len(found["words"]), None, None)


def test_nearest_words_by_vectors_are_those_of_the_command_line(world_page: Page, world: Workspace) -> None:
    nearest = world_page.ask(SCREEN, word="dogs")["nearest"]
    expected = load_word_vectors(world.model("word2vec")).most_similar("dogs", NEAREST)
    assert [(one["word"], one["cosine"]) for one in nearest["word2vec"]["ranked"]] == expected


def test_nearest_words_by_counts_have_the_largest_cosines_of_rows(letters: Workspace) -> None:
    rows = counted(from_sentences(SENTENCES), len(WORDS)).toarray()
    first = rows[WORDS.index("a")]
    cosines = {
        word: float(first @ row / np.linalg.norm(first) / np.linalg.norm(row))
        for word, row in zip(WORDS, rows, strict=True)
        if word != "a" and row.any()
    }
    found = answer(OpenedModels(letters), {"word": "a"})["nearest"]["raw_counts"]["ranked"]
    assert {one["word"]: one["cosine"] for one in found} == pytest.approx(cosines)
    assert [one["cosine"] for one in found] == pytest.approx(sorted(cosines.values(), reverse=True))


def test_a_word_without_neighbors_has_none_by_counts(letters: Workspace) -> None:
    nearest = answer(OpenedModels(letters), {"word": "f"})["nearest"]
    assert "No word stands near it" in nearest["raw_counts"]["error"]
    assert nearest["word2vec"]["ranked"]


def test_an_analogy_has_its_answers_and_a_parallelogram(letters: Workspace) -> None:
    vectors = load_word_vectors(letters.model("word2vec"))
    analogy = answer(OpenedModels(letters), {"a": "a", "b": "b", "c": "c"})["analogy"]
    expected = vectors.analogy("a", "b", "c", 5)["3CosAdd"]
    assert [(one["word"], one["score"]) for one in analogy["answers"]] == expected
    assert analogy["plane"]["words"] == ["a", "b", "c", "?", *(word for word, _ in expected)]
    a, b, c, target = np.array(analogy["plane"]["points"])[:4]
    units = [vectors[word].astype(float) / np.linalg.norm(vectors[word]) for word in "abc"]
    for (one, other), (first, second) in (((a, b), (0, 1)), ((a, c), (0, 2)), ((b, c), (1, 2))):
        assert np.linalg.norm(one - other) == pytest.approx(np.linalg.norm(units[first] - units[second]))
    assert target == pytest.approx(b + c - a)
    assert b[0] > 0
    assert (b[1], c[1] > 0) == (pytest.approx(0.0), True)


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"a": "a"}, "takes three words"),
        ({"a": "a", "b": "b", "c": "x"}, "x: not in the vocabulary"),
        ({"a": "a", "b": "a", "c": "c"}, "three words that differ"),
        ({"a": "a", "b": "b", "c": "b"}, "three words that differ"),
    ],
)
def test_an_analogy_without_an_answer_leaves_the_map(letters: Workspace, terms: dict[str, str], error: str) -> None:
    found = answer(OpenedModels(letters), terms)
    assert error in found["analogy"]["error"]
    assert len(found["words"]) == 6


def test_an_unknown_word_leaves_the_map(letters: Workspace) -> None:
    found = answer(OpenedModels(letters), {"word": "x"})
    assert "x: not in the vocabulary" in found["nearest"]["error"]
    assert len(found["points"]) == 6


def test_what_is_not_built_names_its_command(letters: Workspace) -> None:
    assert "`dvc repro svd`" in answer(OpenedModels(letters), {"word": "a"})["nearest"]["svd"]["error"]
    rmtree(letters.model("word2vec"))
    with pytest.raises(FirthError, match="dvc repro word2vec"):
        answer(OpenedModels(letters), {})
    add_vectors(letters, "svd", Vocabulary(WORDS, range(len(WORDS), 0, -1)))
    assert answer(OpenedModels(letters), {})["space"] == "svd"


def test_an_example_has_words_of_the_map(world_page: Page, letters: Workspace) -> None:
    assert world_page.ask(SCREEN)["example"] is None or set(world_page.ask(SCREEN)["example"]) <= set(
        world_page.ask(SCREEN)["words"]
    )
    assert answer(OpenedModels(letters), {})["example"] is None


def test_few_words_make_no_map(tmp_path: Path) -> None:
    folder = Workspace(tmp_path).model("word2vec")
    folder.mkdir(parents=True)
    save_vectors(["a", "b"], np.eye(2), folder)
    with pytest.raises(FirthError, match="a map takes 5 or more"):
        answer(OpenedModels(Workspace(tmp_path)), {})
