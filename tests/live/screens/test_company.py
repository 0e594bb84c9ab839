"""The company of words on the screen: lines, neighbors, and the angle between two words."""

import json
import math
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import pytest
from live.asking_pages import Page
from live.small_spaces import SVD, WINDOW, add_counts, counted

from firth.errors import FirthError
from firth.live.opened_models import OpenedModels
from firth.live.screens.company import AROUND, answer
from firth.params.svd_params import SvdParams
from firth.text.streams import TokenStream, from_sentences
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary
from firth.vectors.ppmi_svd import ppmi
from firth.workspace import Workspace

SCREEN = "company"
WORDS = ["<unk>", "<eos>", "a", "b", "c", "d", "e"]
SENTENCES = [[2, 3, 4], [3, 2], [5, 3, 4], [6]]  # a b c / b a / d b c / e


@pytest.fixture
def letters(tmp_path: Path) -> Workspace:
    """Four sentences of five words."""
    workspace = Workspace(tmp_path)
    add_counts(workspace, TextForm(True, True, "xx", False, "words"), from_sentences(SENTENCES), vocabulary())
    return workspace


def vocabulary() -> Vocabulary:
    return Vocabulary(WORDS, range(len(WORDS), 0, -1))


def row(workspace: Workspace, word: str) -> np.ndarray:
    """How often each word stands near a word."""
    counts = counted(TokenStream.load(workspace.tokens("embeddings"), "train"), len(WORDS))
    found: np.ndarray = counts.toarray()[WORDS.index(word)]
    return found


def test_neighbors_stand_in_order_of_their_counts(letters: Workspace) -> None:
    company = answer(OpenedModels(letters), {"word": "b"})["company"]
    assert [(found["word"], found["value"]) for found in company["neighbors"]] == [("a", 2), ("c", 2), ("d", 1)]
    assert (company["size"], company["nonzeros"]) == (7, 3)


def test_ppmi_weighs_the_same_neighbors(letters: Workspace) -> None:
    company = answer(OpenedModels(letters), {"word": "b", "weight": "ppmi"})["company"]
    expected = ppmi(counted(from_sentences(SENTENCES), len(WORDS)), SvdParams.model_validate(SVD)).toarray()[
        WORDS.index("b")
    ]
    assert {found["word"]: found["value"] for found in company["neighbors"]} == {
        word: pytest.approx(value) for word, value in zip(WORDS, expected, strict=True) if value
    }


def test_two_words_share_neighbors_and_have_an_angle(letters: Workspace) -> None:
    comparison = answer(OpenedModels(letters), {"word": "a", "other": "d"})["comparison"]
    # a stands near b twice and near c once; d stands near b and c once
    assert [(found["word"], found["values"]) for found in comparison["shared"]] == [("b", [2, 1]), ("c", [1, 1])]
    assert comparison["cosine"] == pytest.approx(3 / math.sqrt(5 * 2))
    assert comparison["degrees"] == pytest.approx(math.degrees(math.acos(3 / math.sqrt(10))))
    assert row(letters, "a").tolist() == [0, 0, 0, 2, 1, 0, 0]


def test_a_word_that_stands_alone_has_no_neighbor_and_no_angle(letters: Workspace) -> None:
    found = answer(OpenedModels(letters), {"word": "e", "other": "a"})
    assert found["company"]["neighbors"] == []
    assert (found["comparison"]["cosine"], found["comparison"]["degrees"]) == (None, None)


def test_the_same_word_twice_has_an_angle_of_zero(letters: Workspace) -> None:
    assert answer(OpenedModels(letters), {"word": "a", "other": "a"})["comparison"]["cosine"] == pytest.approx(1.0)


def test_lines_are_different_sentences_with_the_word_at_its_place(letters: Workspace) -> None:
    lines = answer(OpenedModels(letters), {"word": "b"})["lines"]
    found = {" ".join(line["tokens"]): line["tokens"][line["at"]] for line in lines}
    assert found == {"a b c": "b", "b a": "b", "d b c": "b"}
    assert [line["cut"] for line in lines] == [[False, False]] * 3


def test_a_long_line_is_cut_around_the_word(tmp_path: Path) -> None:
    workspace, sentence = Workspace(tmp_path), [2] * 30 + [3] + [4] * 30
    add_counts(workspace, TextForm(True, True, "xx", False, "words"), from_sentences([sentence]), vocabulary())
    (line,) = answer(OpenedModels(workspace), {"word": "b"})["lines"]
    assert line == {"tokens": ["a"] * AROUND + ["b"] + ["c"] * AROUND, "at": AROUND, "cut": [True, True]}


def test_without_a_question_an_example_of_the_text_is_asked(world_page: Page) -> None:
    found = world_page.ask(SCREEN)
    assert (found["word"], found["examples"], found["window"]) == ("dog", ["dog", "cat"], WINDOW)


def test_a_text_without_the_examples_has_others(letters: Workspace) -> None:
    found = answer(OpenedModels(letters), {})
    assert (found["word"], found["examples"]) == ("d", ["d", "e"])


def test_an_unknown_second_word_leaves_the_first_its_answer(world_page: Page) -> None:
    found = world_page.ask(SCREEN, word="dogs", other="dogz")
    assert "dogz: not in the vocabulary" in found["comparison"]["error"]
    assert "dogs" in found["comparison"]["error"]
    assert found["company"]["size"]


def test_lines_are_shown_before_anything_is_counted(letters: Workspace) -> None:
    counts = letters.model("counts")
    copytree(counts, counts.with_name("kept"))
    rmtree(counts)
    models = OpenedModels(letters)
    found = answer(models, {"word": "b", "other": "a"})
    assert "`dvc repro cooccurrence`" in found["company"]["error"]
    assert len(found["lines"]) == 3
    copytree(counts.with_name("kept"), counts)
    assert answer(models, {"word": "b"})["company"]["neighbors"]


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        ({"word": "x"}, "x: not in the vocabulary"),
        ({"word": ""}, "the word is empty"),
        ({"word": "b" * 61}, "the word has 61 characters"),
        ({"word": "b", "other": "b" * 61}, "the second word has 61 characters"),
        ({"word": "b", "weight": "x"}, "the weight of neighbors is one of"),
    ],
)
def test_a_question_without_an_answer_says_why(letters: Workspace, texts: dict[str, str], error: str) -> None:
    with pytest.raises(FirthError, match=error):
        answer(OpenedModels(letters), texts)


def test_settings_without_the_section_name_the_command(letters: Workspace) -> None:
    (letters.settings / "cooccurrence.json").write_text(json.dumps({}))
    with pytest.raises(FirthError, match="dvc repro check"):
        answer(OpenedModels(letters), {"word": "b"})


def test_without_a_text_the_screen_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="dvc repro tokenize@embeddings"):
        answer(OpenedModels(Workspace(tmp_path)), {})
