"""What people ask language models on the command line, against the stages' own way of scoring."""

import gzip
import io
import json
import math
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from lm.settings import settings
from stages.asking import Ask

from firth.lm.evaluation import nats_per_token
from firth.lm.kneser_ney import KneserNey, train_kneser_ney
from firth.lm.networks import build, load
from firth.params.lm import Network
from firth.stages import asked_text
from firth.stages.languages import Language
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace

TOKENS = ["<unk>", "<eos>", "the", ".", "dog", "cats", "runs", "run", "near"]
SENTENCES = ["The dog runs.", "The cats run.", "The dog near the cats runs.", "Cats run near the dog."]
PARAMS = Path(__file__).parents[2] / "presets" / "world.yaml"


def encoded(lines: Iterable[list[str]]) -> TokenStream:
    sentences = list(lines)
    vocabulary = Vocabulary(TOKENS, [1] * len(TOKENS))
    ids = vocabulary.encode(word for words in sentences for word in words)
    return TokenStream(ids, np.cumsum([0, *map(len, sentences)]))


def plain(lines: Iterable[str]) -> TokenStream:
    return encoded(line.lower().replace(".", " .").split() for line in lines)


def add_network(folder: Path, name: Network, size: int = len(TOKENS)) -> None:
    torch.manual_seed(len(name))
    network = build(name, size, settings())
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(4)
    (folder / "models" / f"lm-{name}").mkdir()
    network.save(folder / "models" / f"lm-{name}")


@pytest.fixture
def models(folder: Path) -> Workspace:
    """An n-gram model and two networks, one with random weights beside the other."""
    workspace = Workspace(folder)
    workspace.params.write_bytes(PARAMS.read_bytes())
    for place in (workspace.raw("lm"), workspace.tokens("lm"), workspace.model("ngram")):
        place.mkdir(parents=True)
    (workspace.raw("lm") / "corpus.json").write_text(json.dumps({"tokenized": False}))
    Vocabulary(TOKENS, [1] * len(TOKENS)).save(workspace.tokens("lm") / "vocabulary.tsv")
    train_kneser_ney(plain(SENTENCES * 5), len(TOKENS), 3).save(workspace.model("ngram"))
    add_network(folder, "rnn")
    add_network(folder, "lstm")
    return workspace


def perplexities(workspace: Workspace, text: TokenStream) -> list[tuple[str, float]]:
    """As the stages compute them."""
    networks = [(name, load(workspace.model(f"lm-{name}"))) for name in ("rnn", "lstm")]
    found = [(name, math.exp(nats_per_token(network, text.with_sentence_ends()))) for name, network in networks]
    return [("ngram", KneserNey.load(workspace.model("ngram")).perplexity(text)), *found]


def test_perplexity_is_the_stage_s_for_every_model_in_blocks_of_any_size(
    ask: Ask, models: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = SENTENCES * 7
    (folder / "text.txt").write_text("\ufeff" + "\r\n\r\n".join(lines), encoding="utf-8", newline="")
    wanted = [[name, f"{value:.3f}", f"{math.log(value):.3f}"] for name, value in perplexities(models, plain(lines))]
    for characters in (1, 50, 10**6):
        monkeypatch.setattr(asked_text, "CHARACTERS_TOGETHER", characters)
        status, rows, errors = ask("perplexity", "text.txt")
        assert (status, errors) == (0, "")
        assert " ".join(rows[0]) == "text.txt: 28 sentences, 175 tokens with each <eos>"
        assert rows[2:] == wanted
    assert ask("perplexity", "text.txt", "--model", "lstm").rows[2:] == wanted[2:]


@pytest.mark.usefixtures("models")
def test_a_text_comes_from_standard_input_or_packed_too(
    ask: Ask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join(SENTENCES).encode()
    (folder / "text.txt").write_bytes(text)
    (folder / "text.txt.gz").write_bytes(gzip.compress(text))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text)))
    plainly, packed, piped = (
        ask("perplexity", place, "--model", "ngram") for place in ("text.txt", "text.txt.gz", "-")
    )
    assert plainly.rows[2:] == packed.rows[2:] == piped.rows[2:]
    assert piped.rows[0][:4] == ["standard", "input:", "4", "sentences,"]


@pytest.mark.usefixtures("models")
def test_perplexity_names_the_words_that_are_out_of_vocabulary(ask: Ask, folder: Path) -> None:
    (folder / "text.txt").write_text("The owl runs.\nThe owl near the hen.\n")
    rows = ask("perplexity", "text.txt", "--model", "ngram").rows
    assert rows[1] == ["model", "perplexity", "nats", "per", "token", "perplexity", "without", "<unk>"]
    assert " ".join(rows[-1]) == (
        "3 of 10 words (30.00%) are not in the vocabulary and were read as <unk>: owl (2), hen (1)"
    )


def test_special_symbols_written_in_a_text_are_read_as_the_corpus_has_them(
    ask: Ask, models: Workspace, folder: Path
) -> None:
    (models.raw("lm") / "corpus.json").write_text(json.dumps({"tokenized": True}))
    (folder / "text.txt").write_text("the <unk> runs <eos> The .\n")
    rows = ask("perplexity", "text.txt").rows
    text = encoded([["the", "<unk>", "runs", "?", "?", "."]])
    assert [row[:2] for row in rows[2:5]] == [[name, f"{value:.3f}"] for name, value in perplexities(models, text)]
    assert " ".join(rows[0]).endswith("1 sentence, 7 tokens with each <eos>")
    assert " ".join(rows[-1]).startswith("2 of 6 words")
    assert " ".join(rows[-1]).endswith("<eos> (1), The (1)")


def test_sentences_add_up_to_the_whole(ask: Ask, models: Workspace, folder: Path) -> None:
    lines = ["The dog runs.", "An owl near the hen.", "Cats."]
    (folder / "text.txt").write_text("\n".join(lines))
    rows = ask("perplexity", "text.txt", "--sentences").rows
    assert rows[0] == ["tokens", "unknown", "ngram", "rnn", "lstm", "sentence"]
    assert [row[:2] for row in rows[1:]] == [["5", "0"], ["7", "3"], ["3", "0"]]
    assert [" ".join(row[5:]) for row in rows[1:]] == lines
    for column, (_, value) in enumerate(perplexities(models, plain(lines)), start=2):
        assert sum(float(row[column]) for row in rows[1:]) == pytest.approx(15 * math.log(value), abs=0.002)
    third = KneserNey.load(models.model("ngram")).log_probabilities(plain(["Cats."]))
    assert float(rows[3][2]) == pytest.approx(-third.sum(), abs=0.001)


def test_next_shows_every_model_s_most_probable_tokens(ask: Ask, models: Workspace) -> None:
    status, rows, errors = ask("next", "The dog near", "--count", str(len(TOKENS)))
    assert (status, errors, rows[0]) == (0, "", ["after", "the", "dog", "near"])
    assert rows[1] == ["ngram", "probability", "rnn", "probability", "lstm", "probability"]
    words = [TOKENS.index(word) for word in ("<eos>", "the", "dog", "near")]
    with torch.no_grad():
        softmax = load(models.model("lm-lstm"))(torch.tensor(words)[:, None])[0][-1, 0].exp()
    counts = KneserNey.load(models.model("ngram")).distribution([len(TOKENS), *words[1:]])
    for column, wanted in ((0, counts), (4, softmax.numpy())):
        found = {row[column]: float(row[column + 1]) for row in rows[2:]}
        assert found == pytest.approx(dict(zip(TOKENS, wanted.tolist(), strict=True)), abs=6e-5)
        assert list(found.values()) == sorted(found.values(), reverse=True)
    assert rows[2][0] == "the"
    assert len(ask("next", "The dog near", "--count", "3").rows) == 5


@pytest.mark.usefixtures("models")
def test_next_without_a_word_begins_a_sentence(ask: Ask) -> None:
    rows = ask("next", "", "--model", "ngram", "--count", "2").rows
    assert [row[0] for row in rows] == ["first", "ngram", "the", "cats"]


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("command", [["next"], ["generate", "--prompt"]])
def test_words_out_of_vocabulary_are_told_with_the_nearest_spellings(ask: Ask, command: list[str]) -> None:
    status, _, errors = ask(*command, "The cat near a xylophone")
    assert status == 0
    read = "not in the vocabulary of the language models, so read as <unk>"
    assert errors.splitlines()[:3] == [
        f"cat: {read}; try cats",
        f"a: {read}, and no word is spelled like it",
        f"xylophone: {read}, and no word is spelled like it",
    ]


@pytest.mark.usefixtures("models")
def test_generated_text_is_the_seed_s_and_begins_with_the_prompt(ask: Ask) -> None:
    def written(*arguments: str) -> list[str]:
        rows = ask("generate", "--prompt", "The owl", "--length", "6", *arguments).rows
        return [" ".join(row) for row in rows]

    five = written("--count", "5", "--seed", "4")
    assert written("--count", "3", "--seed", "4") == five[:3]
    assert len(set(five)) > 1
    assert written("--count", "5", "--seed", "5") != five
    assert all(line.startswith("the owl") and "<unk>" not in line for line in five)
    assert written("--seed", "4") == written("--seed", "4", "--model", "lstm")
    assert written() == written("--seed", "1")  # that of params.yaml


@pytest.mark.usefixtures("models")
def test_the_most_probable_sentence_closes_up_and_one_without_end_is_told(ask: Ask) -> None:
    options = ("--temperature", "0", "--model", "ngram", "--prompt", "The dog runs")
    assert ask("generate", *options) == (0, [["the", "dog", "runs."]], "")
    answer = ask("generate", *options, "--length", "1")
    assert answer.rows == [["the", "dog", "runs."]]
    assert answer.errors == "1 of 1 not finished after 1 tokens; --length allows more\n"


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "text.txt: can't be read (No such file or directory)"),
        (b"", "text.txt: the file is empty"),
        (b"\n \n", "text.txt: there is no text in it"),
        (b"<br>\n", "text.txt: there is no word in it"),
        (b"the dog\ncaf\xe9\n", "text.txt: line 2 is not UTF-8 (byte 0xe9)"),
    ],
)
def test_a_file_that_can_not_be_read_is_one_line(ask: Ask, folder: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (folder / "text.txt").write_bytes(content)
    status, rows, errors = ask("perplexity", "text.txt", "--model", "ngram")
    assert (status, rows, len(errors.splitlines())) == (2, [], 1)
    assert errors.startswith(f"error: {words}")


@pytest.mark.usefixtures("models")
def test_a_folder_is_no_text(ask: Ask) -> None:
    assert ask("perplexity", "models").errors.startswith("error: models: can't be read (Is a directory)")


@pytest.mark.parametrize("command", [["perplexity", "text.txt"], ["generate"], ["next", "the"]])
def test_nothing_built_is_one_line_that_names_the_stages(ask: Ask, folder: Path, command: list[str]) -> None:
    (folder / "params.yaml").write_bytes(PARAMS.read_bytes())
    status, rows, errors = ask(*command)
    assert (status, rows) == (2, [])
    assert errors == (
        f"error: {folder}/models: no language model yet; build one with `dvc repro lm@lstm`, "
        "or all with `dvc repro ngram lm@feedforward lm@rnn lm@gru lm@lstm`\n"
    )
    wanted = ask(*command, "--model", "gru").errors
    assert wanted == f"error: {folder}/models/lm-gru/settings.json: not there yet; build it with `dvc repro lm@gru`\n"


@pytest.mark.usefixtures("models")
def test_a_model_that_is_damaged_or_of_another_vocabulary_is_one_line(ask: Ask, folder: Path) -> None:
    (folder / "models" / "lm-lstm" / "weights.safetensors").write_bytes(b"weights")
    assert "build it anew with `dvc repro lm@lstm`" in ask("next", "the").errors
    add_network(folder, "gru", size=5)
    status, _, errors = ask("next", "the", "--model", "gru")
    assert (status, len(errors.splitlines())) == (2, 1)
    assert "a vocabulary of 5 tokens, and now there are 9; build it anew with `dvc repro lm@gru`" in errors
    (folder / "models" / "ngram" / "2-grams.keys.npy").unlink()
    assert "build it anew with `dvc repro ngram`" in ask("next", "the", "--model", "ngram").errors


@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("option", [("--temperature", "-1"), ("--temperature", "inf"), ("--count", "0")])
def test_a_number_that_makes_no_sense_is_a_mistake(ask: Ask, option: tuple[str, str]) -> None:
    status, rows, errors = ask("generate", *option)
    assert (status, rows) == (2, [])
    assert option[0] in errors


@pytest.mark.usefixtures("models")
def test_a_reader_that_has_enough_ends_it_quietly_and_the_n_gram_model_needs_no_torch(folder: Path) -> None:
    (folder / "text.txt").write_text("The dog runs.\n" * 20_000)
    script = (
        "import sys\nfrom firth.cli import main\n"
        "sys.argv = ['firth', 'perplexity', 'text.txt', '--model', 'ngram', '--sentences']\n"
        "try:\n    main()\nfinally:\n    assert 'torch' not in sys.modules"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline() == "tokens\tunknown\tngram\tsentence\n"
        process.stdout.close()
        assert process.stderr.read() == ""


def test_memory_for_unknown_words_is_bounded_and_the_frequent_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_text, "COUNTED", 100)
    language = Language(Vocabulary(TOKENS, [1] * len(TOKENS)), lowercase=True, tokenized=False)
    unknown = asked_text.Unknown()
    for number in range(50):
        unknown.add(language.block([f"often w{number} x{number} y{number} z{number}"]))
    assert unknown.total == 250
    assert len(unknown.words) <= 100
    assert unknown.words.most_common(1) == [("often", 50)]
