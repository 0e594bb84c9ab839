"""What people ask word vectors on the command line, with vectors whose cosines can be worked out by hand."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ask.asking import Ask

from firth.ask import commands
from firth.ask.vector_questions import print_analogy, print_neighbors, print_similarity
from firth.ask.word_vectors import WordVectors
from firth.tables import write_metrics
from firth.text.vocabulary import Vocabulary
from firth.vectors.keyed_vectors import save_vectors
from firth.workspace import Workspace

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
    # .8 · .82 / .501. word2vec: (1.24, −1.68), of length √4.36, so hen has −.6 / √4.36; by 3CosMul .9 · .2 / .901.
    assert ask("analogy", "cat", "Dog", "owl").rows == [
        ["cat", "is", "to", "Dog", "as", "owl", "is", "to"],
        ["svd", "svd", "word2vec", "word2vec"],
        ["3CosAdd", "score", "3CosMul", "score", "3CosAdd", "score", "3CosMul", "score"],
        ["[cow]", "0.924", "[cow]", "1.309", "hen", "-0.287", "hen", "0.200"],
        ["dog", "-0.745", "dog", "0.000"],
    ]


@pytest.mark.usefixtures("spaces")
def test_json_holds_what_is_printed_with_all_digits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = Workspace(folder)
    print_neighbors(workspace, "owl", 2, as_json=True)
    print_similarity(workspace, "cat", "dog", as_json=True)
    print_analogy(workspace, "cat", "Dog", "owl", as_json=True)
    neighbors, similarity, analogy = map(json.loads, capsys.readouterr().out.splitlines())
    assert neighbors["neighbors"]["svd"] == [
        {"word": "[cow]", "cosine": pytest.approx(0.64)},
        {"word": "cat", "cosine": pytest.approx(0.6)},
    ]
    assert similarity == {
        "words": ["cat", "dog"],
        "cosine": {"svd": pytest.approx(0)},
        "notes": ["word2vec has no vector for dog"],
    }
    assert analogy["answers"]["word2vec"]["3CosMul"] == [{"word": "hen", "score": pytest.approx(0.18 / 0.901)}]


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
    assert ask(*command) == (2, [], f"error: {folder}: no experiment; run this where params.yaml is\n")
    (folder / "params.yaml").touch()
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
    assert answer.errors.endswith("too few for 5 words of dimension 3; build it again with `dvc repro svd`\n")


@pytest.mark.usefixtures("spaces")
def test_zero_neighbors_is_a_mistake(ask: Ask) -> None:
    answer = ask("neighbors", "cat", "--count", "0")
    assert (answer.status, answer.rows) == (2, [])


@pytest.mark.usefixtures("spaces")
@pytest.mark.parametrize(
    "command", [["neighbors", "cat"], ["similarity", "cat", "owl"], ["analogy", "cat", "Dog", "owl"]]
)
def test_a_question_uses_the_threads_of_the_measures(
    ask: Ask, folder: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    (folder / "settings").mkdir()
    (folder / "settings/evaluate_vectors-svd.json").write_text('{"threads": 3}')
    used: list[int] = []
    monkeypatch.setattr(commands, "fix_threads", used.append)
    assert ask(*command).status == 0
    assert used == [3]


@pytest.mark.usefixtures("spaces")
def test_a_question_waits_for_no_library_of_training(folder: Path) -> None:
    script = (
        "import sys\nfrom firth.cli import app\napp(['neighbors', 'cat'], standalone_mode=False)\n"
        "assert not {'torch', 'pytorch_lightning', 'sklearn', 'altair'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("spaces")
@pytest.mark.parametrize("word", ["caf\u00e9", "cafe\u0301", "\u200bcaf\u00e9\u00a0", "CAFE\u0301"])
def test_a_word_is_known_however_its_characters_are_written(ask: Ask, folder: Path, word: str) -> None:
    save_vectors(["caf\u00e9", "cat"], np.eye(2), folder / "models" / "svd")
    assert ask("similarity", word, "cat").rows[:3] == [["caf\u00e9,", "cat"], ["vectors", "cosine"], ["svd", "0.000"]]
    assert WordVectors.load(folder / "models" / "svd").similarity(word, "cat") == 0


@pytest.mark.usefixtures("spaces")
@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("\u200b\u00ad", "error: the word (U+200BU+00AD) holds invisible characters alone; give it in letters\n"),
        ("", "error: the word is empty; give one\n"),
        ("\udcff", "error: the word is not UTF-8; give it in that encoding\n"),
    ],
)
def test_a_word_without_a_character_is_one_line(ask: Ask, word: str, message: str) -> None:
    assert ask("neighbors", word) == (2, [], message)


@pytest.mark.usefixtures("spaces")
def test_a_long_word_is_cut_in_messages(ask: Ask) -> None:
    status, _, errors = ask("neighbors", "x" * 100_000)
    assert (status, len(errors) < 300) == (2, True)


@pytest.mark.usefixtures("spaces")
def test_vectors_that_no_pair_has_trained_are_not_asked(ask: Ask, folder: Path) -> None:
    write_metrics(folder / "models" / "word2vec" / "metrics.json", {"train_loss": 2.5})
    assert ask("neighbors", "cat").status == 0
    write_metrics(folder / "models" / "word2vec" / "metrics.json", {"train_loss": None})
    for command in (["neighbors", "cat"], ["similarity", "cat", "owl"], ["analogy", "cat", "Dog", "owl"]):
        status, rows, errors = ask(*command)
        assert (status, rows, errors.count("\n")) == (2, [], 1)
        assert "models/word2vec: its vectors are random" in errors
        assert "raise word2vec.subsampling_threshold" in errors


def test_words_and_spaces_without_company_are_named(ask: Ask, folder: Path) -> None:
    build(folder, "svd", {"cat": [1, 0], "owl": [0, 0], "dog": [0, 1]})
    (folder / "data" / "tokens" / "embeddings").mkdir(parents=True)
    Vocabulary(["<unk>", "<eos>", "cat", "owl", "dog"], [0, 1, 3, 2, 1]).save(
        folder / "data" / "tokens" / "embeddings" / "vocabulary.tsv"
    )
    assert ask("neighbors", "owl").errors == (
        "error: owl: has no vector, for no word stands near it more often than by chance; "
        "ask about another word, or give more text\n"
    )
    assert ask("neighbors", "own").errors.startswith("error: own: not in the vocabulary")
    build(folder, "word2vec", {"cat": [1, 0], "owl": [0, 1], "dog": [0, 1]})
    notes = [" ".join(row) for row in ask("neighbors", "owl").rows]
    assert "svd has no vector for owl: no word stands near it more often than by chance" in notes
    save_vectors(["cat", "owl"], np.zeros((2, 2)), folder / "models" / "svd")
    assert "models/svd: every vector is zero" in ask("neighbors", "cat").errors
