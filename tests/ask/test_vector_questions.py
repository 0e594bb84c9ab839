"""What people ask word vectors on the command line, with vectors whose cosines can be worked out by hand."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ask.asking import Ask

from firth.vectors.keyed_vectors import save_vectors

# All of length 1, in order of frequency.
Vectors = dict[str, list[float]]
SVD: Vectors = {"cat": [1, 0, 0], "Dog": [0, 1, 0], "owl": [0.6, 0, 0.8], "[cow]": [0, 0.6, 0.8], "dog": [0, -1, 0]}
WORD2VEC: Vectors = {"cat": [0, 1], "Dog": [0.96, 0.28], "owl": [0.28, -0.96], "hen": [0.6, 0.8]}

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`")  # by gensim itself


@pytest.fixture
def spaces(folder: Path) -> None:
    build(folder, "svd", SVD)
    build(folder, "word2vec", WORD2VEC)


def build(folder: Path, name: str, words: Vectors) -> None:
    (folder / "models" / name).mkdir(parents=True)
    save_vectors(list(words), np.array(list(words.values())), folder / "models" / name)


@pytest.mark.usefixtures("spaces")
def test_neighbors_stand_by_cosine_in_every_space(ask: Ask) -> None:
    assert ask("neighbors", "owl", "--count", "2") == (
        0,
        [
            ["nearest", "to", "owl"],
            ["svd", "cosine", "word2vec", "cosine"],
            ["[cow]", "0.640", "Dog", "0.000"],  # .8 · .8; .28 · .96 − .96 · .28
            ["cat", "0.600", "hen", "-0.600"],
        ],
        "",
    )
    assert len(ask("neighbors", "owl").rows) == 2 + 4  # a word is no neighbor of itself


@pytest.mark.usefixtures("spaces")
def test_similarity_is_the_cosine_in_every_space(ask: Ask) -> None:
    assert ask("similarity", "cat", "owl").rows[1:] == [["vectors", "cosine"], ["svd", "0.600"], ["word2vec", "-0.960"]]


@pytest.mark.usefixtures("spaces")
def test_analogies_are_answered_by_both_measures_in_every_space(ask: Ask) -> None:
    # svd: b + c − a = (−.4, 1, .8), of length √1.8, so [cow] has 1.24 / √1.8 and dog −1 / √1.8; by 3CosMul [cow] has
    # .8 · .82 / .5. word2vec: (1.24, −1.68), of length √4.36, so hen has −.6 / √4.36; by 3CosMul .9 · .2 / .9.
    assert ask("analogy", "cat", "Dog", "owl").rows == [
        ["cat", "is", "to", "Dog", "as", "owl", "is", "to"],
        ["svd", "svd", "word2vec", "word2vec"],
        ["3CosAdd", "score", "3CosMul", "score", "3CosAdd", "score", "3CosMul", "score"],
        ["[cow]", "0.924", "[cow]", "1.312", "hen", "-0.287", "hen", "0.200"],
        ["dog", "-0.745", "dog", "0.000"],
    ]


@pytest.mark.usefixtures("spaces")
def test_a_word_is_taken_as_spelled_or_else_as_the_most_frequent_that_differs_in_case(ask: Ask) -> None:
    assert ask("similarity", "CAT", "DOG").rows[0] == ["cat,", "Dog"]
    answer = ask("similarity", "cat", "dog")
    assert answer.rows == [
        ["cat,", "dog"],
        ["vectors", "cosine"],
        ["svd", "0.000"],
        ["word2vec", "has", "no", "vector", "for", "dog"],
    ]


@pytest.mark.usefixtures("spaces")
def test_unknown_words_get_the_nearest_spellings_one_line_each(ask: Ask) -> None:
    answer = ask("analogy", "Kat", "cat", "xylophone")
    assert (answer.status, answer.rows) == (2, [])
    assert answer.errors.splitlines() == [
        "error: Kat: not in the vocabulary of the word vectors; try cat",
        "error: xylophone: not in the vocabulary of the word vectors, and no word is spelled like it",
    ]


@pytest.mark.parametrize("command", [["neighbors", "cat"], ["similarity", "a", "b"], ["analogy", "a", "b", "c"]])
def test_nothing_built_is_one_line_that_names_the_stages(ask: Ask, folder: Path, command: list[str]) -> None:
    answer = ask(*command)
    assert answer == (
        2,
        [],
        f"error: {folder}/models: no word vectors yet; build them with `dvc repro svd word2vec`\n",
    )


def test_one_space_is_enough_and_may_hold_a_single_word(ask: Ask, folder: Path) -> None:
    build(folder, "word2vec", {"only": [1.0, 2.0]})
    assert ask("neighbors", "only") == (0, [["nearest", "to", "only"]], "")
    assert ask("similarity", "only", "only").rows[1:] == [["vectors", "cosine"], ["word2vec", "1.000"]]


@pytest.mark.usefixtures("spaces")
def test_a_damaged_file_is_one_line(ask: Ask, folder: Path) -> None:
    (folder / "models" / "svd" / "vectors.bin").write_bytes(b"5 3\ncat ")
    answer = ask("neighbors", "cat")
    assert answer.status == 2
    assert answer.errors.endswith("damaged or cut short; build it anew with `dvc repro svd`\n")


@pytest.mark.usefixtures("spaces")
def test_zero_neighbors_is_a_mistake(ask: Ask) -> None:
    answer = ask("neighbors", "cat", "--count", "0")
    assert (answer.status, answer.rows) == (2, [])


@pytest.mark.usefixtures("spaces")
def test_a_question_waits_for_no_library_of_training(folder: Path) -> None:
    script = (
        "import sys\nfrom firth.cli import app\napp(['neighbors', 'cat'], standalone_mode=False)\n"
        "assert not {'torch', 'pytorch_lightning', 'sklearn', 'altair'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
