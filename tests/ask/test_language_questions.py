"""What people ask language models on the command line, against the stages' own way of scoring."""

import gzip
import io
import math
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from ask.asking import Ask, parsed
from ask.tiny_models import PARAMS, SENTENCES, TOKENS, add_network, encoded, plain
from lm.settings import predictions

from firth.ask import answer_tables, sentence_blocks
from firth.ask.loading import load_language_model
from firth.ask.sentence_blocks import SentenceEncoder, UnknownWords
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import load
from firth.measures.perplexity import perplexity
from firth.ngram.kneser_ney import KneserNey
from firth.ngram.ngram_scorer import NgramScorer
from firth.text.streams import TokenStream
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace


def perplexities(workspace: Workspace, text: TokenStream) -> list[tuple[str, float]]:
    """As the stages compute them."""
    networks = [(name, load(workspace.model(f"lm-{name}"))) for name in ("rnn", "lstm")]
    found = [(name, perplexity(NetworkScorer(network), text.with_sentence_ends())) for name, network in networks]
    scorer = NgramScorer(KneserNey.load(workspace.model("lm-ngram")))
    return [("ngram", perplexity(scorer, text.with_sentence_ends())), *found]


def test_perplexity_is_the_stage_s_for_every_model_in_blocks_of_any_size(
    ask: Ask, language_models: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = SENTENCES * 7
    (folder / "text.txt").write_text("\ufeff" + "\r\n\r\n".join(lines), encoding="utf-8", newline="")
    wanted = [
        [name, f"{value:.3f}", f"{math.log(value):.3f}"] for name, value in perplexities(language_models, plain(lines))
    ]
    for characters in (1, 50, 10**6):
        monkeypatch.setattr(sentence_blocks, "CHARACTERS_TOGETHER", characters)
        status, rows, errors = ask("perplexity", "text.txt")
        assert (status, errors) == (0, "")
        assert " ".join(rows[0]) == "text.txt: 28 sentences, 175 tokens with each <eos>"
        assert rows[2:] == wanted
    assert ask("perplexity", "text.txt", "--model", "lstm").rows[2:] == wanted[2:]


@pytest.mark.usefixtures("language_models")
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


@pytest.mark.usefixtures("language_models")
def test_perplexity_names_the_words_that_are_out_of_vocabulary(ask: Ask, folder: Path) -> None:
    (folder / "text.txt").write_text("The owl runs.\nThe owl near the hen.\n")
    rows = ask("perplexity", "text.txt", "--model", "ngram").rows
    assert rows[1] == ["model", "perplexity", "cross-entropy", "(nats)", "perplexity", "without", "<unk>"]
    assert " ".join(rows[-1]) == (
        "3 of 10 words (30.00%) are not in the vocabulary and were read as <unk>: owl (2), hen (1)"
    )


def test_special_symbols_written_in_a_text_are_read_as_the_corpus_has_them(
    ask: Ask, language_models: Workspace, folder: Path
) -> None:
    TextForm(False, True, "en", False, "words").save(language_models.tokens("lm"))
    (folder / "text.txt").write_text("the <unk> runs <eos> The .\n")
    rows = ask("perplexity", "text.txt").rows
    text = encoded([["the", "<unk>", "runs", "?", "?", "."]])
    assert [row[:2] for row in rows[2:5]] == [
        [name, f"{value:.3f}"] for name, value in perplexities(language_models, text)
    ]
    assert " ".join(rows[0]).endswith("1 sentence, 7 tokens with each <eos>")
    assert " ".join(rows[-1]).startswith("2 of 6 words")
    assert " ".join(rows[-1]).endswith("<eos> (1), The (1)")


def test_sentences_add_up_to_the_whole(ask: Ask, language_models: Workspace, folder: Path) -> None:
    lines = ["The dog runs.", "An owl near the hen.", "Cats."]
    (folder / "text.txt").write_text("\n" + "\n \n".join(lines) + "\n\n")
    rows = ask("perplexity", "text.txt", "--sentences").rows
    assert [bool(row) for row in rows] == [True, False, True, False, True, False, True, False]
    rows = [row for row in rows if row]  # the others stand for blank lines
    assert rows[0] == ["tokens", "unknown", "ngram", "rnn", "lstm", "sentence"]
    assert [row[:2] for row in rows[1:]] == [["5", "0"], ["7", "3"], ["3", "0"]]
    assert [" ".join(row[5:]) for row in rows[1:]] == lines
    for column, (_, value) in enumerate(perplexities(language_models, plain(lines)), start=2):
        assert sum(float(row[column]) for row in rows[1:]) == pytest.approx(15 * math.log(value), abs=0.002)
    third = KneserNey.load(language_models.model("lm-ngram")).log_probabilities(plain(["Cats."]))
    assert float(rows[3][2]) == pytest.approx(-third.sum(), abs=0.001)


def test_next_shows_every_model_s_most_probable_tokens(ask: Ask, language_models: Workspace) -> None:
    status, rows, errors = ask("next", "The dog near", "--count", str(len(TOKENS)))
    assert (status, errors, rows[0]) == (0, "", ["after", "the", "dog", "near"])
    assert rows[1] == ["ngram", "probability", "rnn", "probability", "lstm", "probability"]
    words = [TOKENS.index(word) for word in ("<eos>", "the", "dog", "near")]
    with torch.no_grad():
        softmax = predictions(load(language_models.model("lm-lstm")), torch.tensor(words)[:, None])[0][-1, 0].exp()
    counts = KneserNey.load(language_models.model("lm-ngram")).distribution([len(TOKENS), *words[1:]])
    for column, wanted in ((0, counts), (4, softmax.numpy())):
        found = {row[column]: float(row[column + 1]) for row in rows[2:]}
        assert found == pytest.approx(dict(zip(TOKENS, wanted.tolist(), strict=True)), abs=6e-5)
        assert list(found.values()) == sorted(found.values(), reverse=True)
    assert rows[2][0] == "the"
    assert len(ask("next", "The dog near", "--count", "3").rows) == 5


@pytest.mark.usefixtures("language_models")
def test_next_puts_models_below_each_other_where_the_terminal_is_narrow(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_tables, "WIDE", 45)
    rows = ask("next", "The dog near", "--count", "3").rows
    assert [row for row in rows if "probability" in row] == [
        ["ngram", "probability", "rnn", "probability"],
        ["lstm", "probability"],
    ]


@pytest.mark.usefixtures("language_models")
def test_agree_shows_the_probability_of_each_continuation_and_which_is_preferred(folder: Path, ask: Ask) -> None:
    status, rows, errors = ask("agree", "The dog near the cats", "runs", "run", "run the dog")
    assert (status, errors) == (0, "")
    assert rows[:2] == [
        ["probability", "after", "The", "dog", "near", "the", "cats"],
        ["model", "runs", "run", "run", "the", "dog", "prefers"],
    ]
    (answer,) = parsed(ask("agree", "The dog near the cats", "runs", "run", "run the dog", "--json"))
    for name in ("ngram", "rnn", "lstm"):
        model = load_language_model(folder / "models" / f"lm-{name}")
        after = dict(model.next_token("The dog near the cats", len(TOKENS)))
        shares = answer["probability"][name]
        assert shares["runs"] == pytest.approx(after["runs"], rel=1e-5)
        scores = [score for _, score in model.log_probabilities("The dog near the cats run the dog")]
        assert shares["run the dog"] == pytest.approx(math.exp(sum(scores[5:8])), rel=1e-5)
        assert answer["prefers"][name] == max(shares, key=shares.__getitem__)
        assert {word: math.exp(score) for word, score in answer["log_probability"][name].items()} == shares


@pytest.mark.usefixtures("language_models")
def test_continuations_whose_probability_is_no_number_but_zero_are_compared_too(ask: Ask) -> None:
    shorter, longer = " ".join(["dog near"] * 200), " ".join(["dog near"] * 201)
    for order in ([shorter, longer], [longer, shorter]):
        (answer,) = parsed(ask("agree", "the", *order, "--model", "lstm", "--json"))
        assert set(answer["probability"]["lstm"].values()) == {0.0}
        assert answer["log_probability"]["lstm"][longer] < answer["log_probability"]["lstm"][shorter] < -700
        assert answer["prefers"]["lstm"] == shorter


@pytest.mark.usefixtures("language_models")
def test_equally_probable_continuations_are_neither_preferred_and_unknown_words_are_named(ask: Ask) -> None:
    _, rows, errors = ask("agree", "the dog", "zebra", "emu", "--model", "ngram")
    assert rows[-1][-1] == "neither"
    assert [line.partition(":")[0] for line in errors.splitlines()] == ["zebra", "emu"]
    for alternatives, fault in ((["runs"], "one alternative"), (["runs", "runs"], "one"), (["runs", " "], "is empty")):
        status, _, errors = ask("agree", "the dog", *alternatives)
        assert (status, errors.count("\n")) == (2, 1)
        assert fault in errors


@pytest.mark.usefixtures("language_models")
def test_json_holds_what_is_printed(ask: Ask, folder: Path) -> None:
    (folder / "text.txt").write_text("The dog runs.\n\nThe emu runs.\n")
    lines = parsed(ask("score", "text.txt", "--json"))
    assert [line["tokens"] for line in lines] == [5, None, 5]
    assert [line["sentence"] for line in lines] == ["The dog runs.", "", "The emu runs."]
    printed = ask("score", "text.txt").rows[1]
    assert [str(lines[0][name]) for name in ("tokens", "unknown")] == printed[:2]
    (answer,) = parsed(ask("perplexity", "text.txt", "--json"))
    assert (answer["sentences"], answer["tokens"], answer["unknown"]) == (2, 10, {"emu": 1})
    assert f"{answer['models']['rnn']['perplexity']:.3f}" == ask("perplexity", "text.txt").rows[3][1]
    (generated,) = parsed(ask("generate", "--json", "--seed", "3", "--prompt", "the emu"))
    assert generated["text"].split() == ask("generate", "--seed", "3", "--prompt", "the emu").rows[0]
    assert generated["unknown"] == ["emu"]
    (answer,) = parsed(ask("next", "the dog", "--count", "1", "--json"))
    assert answer["next"]["ngram"][0]["token"] == ask("next", "the dog", "--count", "1").rows[2][0]


@pytest.mark.usefixtures("language_models")
@pytest.mark.parametrize("options", [["score"], ["score", "--tokens"], ["perplexity", "--sentences"]])
def test_json_has_the_numbers_of_lines_with_all_digits(ask: Ask, folder: Path, options: list[str]) -> None:
    (folder / "text.txt").write_text("The dog runs.\n\nThe emu runs.\n")
    numbers = [line["lstm"] for line in parsed(ask(*options, "text.txt", "--json")) if line["lstm"] is not None]
    printed = ask(*options, "text.txt").rows
    assert [f"{number:.4f}" for number in numbers] == [row[printed[0].index("lstm")] for row in printed[1:] if row]
    assert all(number != round(number, 4) for number in numbers)


@pytest.mark.usefixtures("language_models")
def test_next_without_a_word_begins_a_sentence(ask: Ask) -> None:
    rows = ask("next", "", "--model", "ngram", "--count", "2").rows
    assert [row[0] for row in rows] == ["first", "ngram", "the", "cats"]


@pytest.mark.usefixtures("language_models")
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


@pytest.mark.usefixtures("language_models")
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
    assert written() == written("--seed", "1")


@pytest.mark.usefixtures("language_models")
def test_the_most_probable_sentence_closes_up_and_one_without_end_is_told(ask: Ask) -> None:
    options = ("--temperature", "0", "--model", "ngram", "--prompt", "The dog runs")
    assert ask("generate", *options) == (0, [["the", "dog", "runs."]], "")
    answer = ask("generate", *options, "--length", "1")
    assert answer.rows == [["the", "dog", "runs."]]
    assert answer.errors == "1 of 1 not finished after 1 tokens; --length allows more\n"


@pytest.mark.usefixtures("language_models")
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


@pytest.mark.usefixtures("language_models")
def test_a_folder_is_no_text(ask: Ask) -> None:
    assert ask("perplexity", "models").errors.startswith("error: models: can't be read (Is a directory)")


@pytest.mark.parametrize("command", [["perplexity", "text.txt"], ["generate"], ["next", "the"]])
def test_nothing_built_is_one_line_that_names_the_stages(ask: Ask, folder: Path, command: list[str]) -> None:
    (folder / "params.yaml").write_bytes(PARAMS.read_bytes())
    status, rows, errors = ask(*command)
    assert (status, rows) == (2, [])
    assert errors == f"error: {folder}/models: no language model yet; build them with `dvc repro ngram lm`\n"
    assert ask(*command, "--model", "gru").errors == errors


@pytest.mark.usefixtures("language_models")
@pytest.mark.parametrize("command", [["perplexity", "text.txt"], ["generate"], ["next", "the"]])
def test_a_model_that_is_not_built_is_one_line_that_lists_others(ask: Ask, folder: Path, command: list[str]) -> None:
    status, rows, errors = ask(*command, "--model", "gru")
    assert (status, rows) == (2, [])
    advice = "choose from ngram, rnn, lstm, or build it with `dvc repro lm@gru`"
    assert errors == f"error: {folder}/models/lm-gru: not built; {advice}\n"


@pytest.mark.usefixtures("language_models")
def test_a_model_of_any_name_is_asked_after_those_of_known_names(ask: Ask, folder: Path) -> None:
    add_network(folder, "gru", name="my-gru")
    assert ask("next", "the").rows[1] == [
        word for name in ("ngram", "rnn", "lstm", "my-gru") for word in (name, "probability")
    ]
    assert ask("next", "the", "--model", "my-gru").rows[1] == ["my-gru", "probability"]


@pytest.mark.usefixtures("language_models")
def test_a_model_that_is_damaged_or_of_another_vocabulary_is_one_line(ask: Ask, folder: Path) -> None:
    (folder / "models" / "lm-lstm" / "weights.safetensors").write_bytes(b"weights")
    assert "build it again with `dvc repro lm@lstm`" in ask("next", "the").errors
    add_network(folder, "gru", size=5)
    status, _, errors = ask("next", "the", "--model", "gru")
    assert (status, len(errors.splitlines())) == (2, 1)
    assert "a vocabulary of 5 tokens, and now there are 9; build it again with `dvc repro lm@gru`" in errors
    (folder / "models" / "lm-ngram" / "2-grams.keys.npy").unlink()
    assert "not there yet; build it with `dvc repro ngram`" in ask("next", "the", "--model", "ngram").errors


@pytest.mark.usefixtures("language_models")
@pytest.mark.parametrize(
    "option",
    [
        ("--temperature", "-1"),
        ("--temperature", "inf"),
        ("--count", "0"),
        ("--count", "1000001"),
        ("--length", "100001"),
        ("--seed", "-1"),
        ("--seed", "4294967296"),
    ],
)
def test_a_number_that_makes_no_sense_is_a_mistake(ask: Ask, option: tuple[str, str]) -> None:
    status, rows, errors = ask("generate", *option)
    assert (status, rows) == (2, [])
    assert option[0] in errors


@pytest.mark.usefixtures("language_models")
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
    monkeypatch.setattr(sentence_blocks, "COUNTED", 100)
    form = TextForm(lowercase=True, tokenized=False, language="en", world=False, segmentation="words")
    encoder = SentenceEncoder(Vocabulary(TOKENS, [1] * len(TOKENS)), form)
    unknown = UnknownWords()
    for number in range(50):
        unknown.add(encoder.encode([f"often w{number} x{number} y{number} z{number}"]))
    assert unknown.total == 250
    assert len(unknown.words) <= 100
    assert unknown.words.most_common(1) == [("often", 50)]


@pytest.mark.usefixtures("language_models")
def test_a_prompt_is_read_in_the_normal_form_of_all_text(ask: Ask) -> None:
    assert ask("next", "The\u00a0dog\u200b \t near").rows == ask("next", "The dog near").rows
    for command in (["next", "\ufeff"], ["generate", "--prompt", "\ufeff"]):
        status, rows, errors = ask(*command)
        assert (status, rows) == (2, [])
        assert errors == (
            "error: the beginning of the sentence (U+FEFF) holds invisible characters alone; give it in letters\n"
        )


@pytest.mark.usefixtures("language_models")
def test_a_name_that_no_model_can_have_is_one_short_line(ask: Ask) -> None:
    for name in ("x" * 100_000, "../lm-lstm", "a\nb"):
        status, _, errors = ask("next", "the", "--model", name)
        assert (status, errors.count("\n"), len(errors) < 200) == (2, 1, True)
        assert "no model of Firth; choose from ngram, rnn, lstm" in errors
