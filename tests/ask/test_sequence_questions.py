"""What people ask encoder–decoders on the command line, against the stages' own way of decoding."""

import gzip
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ask.asking import Ask, parsed
from ask.tiny_models import QUESTIONS, SEARCH, STORY
from ask.tiny_models import TRANSLATED as SENTENCES

from firth.ask import arriving_lines
from firth.ask.loading import load_line_decoder
from firth.ask.translators import Translator
from firth.params.search_params import SearchParams
from firth.params.task_names import Attention, Task
from firth.seq2seq.encoder_decoder import load
from firth.seq2seq.search import decode_all
from firth.text.streams import TokenStream
from firth.text.subwords import Subwords
from firth.text.text_encoding import subwords_file
from firth.text.tokenizer import join_words, words
from firth.text.vocabulary import EOS, UNK, Vocabulary, vocabulary_file
from firth.workspace import Workspace


def decoded(encoder_decoders: Workspace, task: Task, attention: Attention, sources: list[list[int]]) -> list[list[int]]:
    """As the stage does it."""
    network = load(encoder_decoders.model(f"seq2seq-{task}-{attention}"))
    ids = np.array([token for source in sources for token in source])
    stream = TokenStream(ids, np.cumsum([0, *map(len, sources)]))
    search = SearchParams.model_validate(SEARCH)
    return decode_all(network, stream, network.configuration.settings, search, "32-true")


def translated(encoder_decoders: Workspace, lines: list[str], attention: Attention = "additive") -> list[str]:
    subwords = Subwords.load(subwords_file(encoder_decoders.tokens("translation"), "target"))
    outputs = decoded(encoder_decoders, "translation", attention, [*subwords.encode_lines(lines)])
    return [" ".join(subwords.decode(output).split()) for output in outputs]


def answered(encoder_decoders: Workspace, questions: list[str]) -> list[str]:
    vocabulary = Vocabulary.load(vocabulary_file(encoder_decoders.tokens("qa"), "target"))
    sources = [vocabulary.encode(words(" ".join([*STORY, line]), False)).tolist() for line in questions]
    return [join_words(vocabulary.decode(output)) for output in decoded(encoder_decoders, "qa", "none", sources)]


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Make this the standard input."""
    read, write = os.pipe()
    os.write(write, content)
    os.close(write)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(fileno=lambda: read, isatty=lambda: False, buffer=io.BytesIO()))


def said(rows: list[list[str]]) -> list[str]:
    return [" ".join(row) for row in rows]


def test_a_line_is_translated_by_the_model_with_the_most_powerful_attention(
    ask: Ask, encoder_decoders: Workspace
) -> None:
    for line in SENTENCES:
        status, rows, errors = ask("translate", line, "--beam-size", "1")
        assert (status, said(rows)) == (0, translated(encoder_decoders, [line]))
        assert all("cut after 9 tokens" in error for error in errors.splitlines())
    plain = ask("translate", SENTENCES[0], "--attention", "none").rows
    assert said(plain) == translated(encoder_decoders, SENTENCES[:1], "none")
    assert said(plain) != translated(encoder_decoders, SENTENCES[:1])


@pytest.mark.parametrize("together", [1, 3, 1000])
def test_files_and_pipes_are_translated_line_by_line_in_order(
    ask: Ask, encoder_decoders: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(arriving_lines, "TOGETHER", together)
    lines = SENTENCES * 5
    content = ("\ufeff" + "\r\n".join(lines)).encode()  # and no end of the last line
    (folder / "text.txt").write_bytes(content)
    (folder / "text.txt.gz").write_bytes(gzip.compress(content))
    expected = translated(encoder_decoders, lines)
    for name in ("text.txt", "text.txt.gz"):
        assert said(ask("translate", "--file", name).rows) == expected
    for arguments in ([], ["--file", "-"], ["--batch-size", "2"]):
        give(monkeypatch, content)
        assert said(ask("translate", *arguments).rows) == expected


def test_a_beam_finds_other_translations(ask: Ask, encoder_decoders: Workspace, folder: Path) -> None:
    (folder / "text.txt").write_text("\n".join(SENTENCES * 2))
    greedy, beam = (ask("translate", "--file", "text.txt", "--beam-size", size).rows for size in ("1", "4"))
    assert len(greedy) == len(beam) == 2 * len(SENTENCES)
    assert greedy != beam


def test_questions_are_answered_about_the_story(
    ask: Ask, encoder_decoders: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = answered(encoder_decoders, QUESTIONS)
    assert len(set(expected)) > 1
    (folder / "story.txt").write_text("\n".join(STORY))
    (folder / "running.txt").write_text(" ".join(STORY))
    (folder / "questions.txt").write_text("\n".join(QUESTIONS))
    for story in ("story.txt", "running.txt"):
        assert said(ask("answer", "--story", story, QUESTIONS[1]).rows) == expected[1:2]
    assert said(ask("answer", "--story", "story.txt", "--file", "questions.txt").rows) == expected
    give(monkeypatch, "\n".join(QUESTIONS).encode())
    assert said(ask("answer", "--story", "story.txt").rows) == expected
    with (folder / "story.txt").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert said(ask("answer", "--story", "-", "--file", "questions.txt").rows) == expected


def test_each_line_that_cannot_be_answered_is_empty_and_named(
    ask: Ask, encoder_decoders: Workspace, folder: Path
) -> None:
    lines = [SENTENCES[0], "", " \t", "你好，世界。", "…?!", "Mary eats " * 1000, SENTENCES[2]]
    (folder / "text.txt").write_text("\n".join(lines), encoding="utf-8")
    status, rows, errors = ask("translate", "--file", "text.txt")
    found = translated(encoder_decoders, [lines[0], lines[-1]])
    assert (status, said(rows)) == (0, [found[0], "", "", "", "", "", found[1]])
    notes = [line for line in errors.splitlines() if "the output was cut" not in line]
    assert [note.partition(": line ")[2].partition(" ")[0] for note in notes] == ["2:", "3:", "4:", "5:", "6:"]
    assert all(note.startswith("text.txt: line ") for note in notes)
    assert [("is empty" in note, "no word" in note, "1,000 are the most" in note) for note in notes] == [
        (True, False, False), (True, False, False), (False, True, False), (False, True, False), (False, False, True),
    ]  # fmt: skip


def test_a_line_of_standard_input_that_is_too_long_is_empty_and_the_next_is_answered(
    ask: Ask, encoder_decoders: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "\n".join([SENTENCES[0], "Mary eats " * 110_000, SENTENCES[1]]).encode()
    (folder / "text.txt").write_bytes(content)
    found = translated(encoder_decoders, SENTENCES[:2])
    with (folder / "text.txt").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        status, rows, errors = ask("translate")
    assert (status, said(rows)) == (0, [found[0], "", found[1]])
    assert "standard input: line 2: is longer than 1 MiB; give one sentence a line\n" in errors
    give(monkeypatch, gzip.compress("\n".join(SENTENCES).encode()))
    assert said(ask("translate").rows) == translated(encoder_decoders, SENTENCES)


@pytest.mark.parametrize("line", ["", " ", "你好", "Mary eats " * 1000])
def test_alone_such_a_line_is_an_error(ask: Ask, encoder_decoders: Workspace, line: str) -> None:
    status, rows, errors = ask("translate", line)
    assert (status, rows, errors.count("\n")) == (2, [], 1)
    assert errors.startswith("error: the text ")


def test_unknown_words_and_long_lines_are_reported(ask: Ask, encoder_decoders: Workspace, folder: Path) -> None:
    (folder / "story.txt").write_text("\n".join(STORY))
    status, rows, errors = ask("answer", "--story", "story.txt", "Where is Zoe and Tim, Bob?")
    assert (status, len(rows)) == (0, 1)
    assert "out of vocabulary, so read as <unk>: Zoe, and, ,, Bob" in errors
    (folder / "story.txt").write_text("\n".join([*STORY, "Zoe is in the pool."]))
    errors = ask("answer", "--story", "story.txt", QUESTIONS[0]).errors
    assert errors.count("out of vocabulary") == 1
    assert "story.txt: out of vocabulary, so read as <unk>: Zoe, pool\n" in errors
    (folder / "questions.txt").write_text(f"{QUESTIONS[0]}\nWhere is Zoe and Tim, Bob and Bob?")
    answers = parsed(ask("answer", "--story", "story.txt", "--file", "questions.txt", "--json"))
    assert [answer["unknown"] for answer in answers] == [["Zoe", "pool"], ["Zoe", "pool", "and", ",", "Bob"]]
    (folder / "story.txt").write_text("\n".join(STORY * 2))
    errors = ask("answer", "--story", "story.txt", QUESTIONS[0]).errors
    assert "28 tokens are more than in any source of training, 20" in errors


def test_words_that_training_never_had_are_named(ask: Ask, encoder_decoders: Workspace) -> None:
    known = sorted({word for sentence in SENTENCES for word in words(sentence, False)})
    (encoder_decoders.tokens("translation") / "source.words.txt").write_text("\n".join([*known, ""]))
    assert "never in" not in ask("translate", SENTENCES[0]).errors
    note = "never in the training text, so read in pieces: Zoe, lemons\n"
    assert note in ask("translate", "Zoe eats 3 lemons.").errors
    (answer,) = parsed(ask("translate", "Zoe eats 3 lemons.", "--json"))
    assert answer["unseen"] == ["Zoe", "lemons"]
    (answer,) = parsed(ask("translate", "Zoe eats lemons. Zoe sleeps.", "--json"))
    assert answer["unseen"].count("Zoe") == 1


def test_words_of_a_story_that_training_never_had_are_named(
    ask: Ask, encoder_decoders: Workspace, folder: Path
) -> None:
    known = {word for sentence in [*STORY, *QUESTIONS] for word in words(sentence, False)} - {"garden"}
    (encoder_decoders.tokens("qa") / "source.words.txt").write_text("\n".join([*sorted(known), ""]))
    (folder / "story.txt").write_text("\n".join(STORY * 2))
    note = "story.txt: never in the training text, so read in pieces: garden\n"
    assert ask("answer", "--story", "story.txt", QUESTIONS[0]).errors.count(note) == 1
    (answer,) = parsed(ask("answer", "--story", "story.txt", QUESTIONS[0], "--json"))
    assert answer["unseen"] == ["garden"]


def test_sentences_of_a_text_are_translated_one_by_one(ask: Ask, encoder_decoders: Workspace, folder: Path) -> None:
    (folder / "text.txt").write_text("\n".join([SENTENCES[0], " ".join(SENTENCES[1:3])]))
    expected = translated(encoder_decoders, SENTENCES[:3])
    assert said(ask("translate", "--file", "text.txt").rows) == [expected[0], " ".join(expected[1:])]
    status, _, errors = ask("translate", f"{SENTENCES[0]} 你好，世界。 {SENTENCES[1]}")
    assert (status, errors.count("\n")) == (2, 1)
    assert "the text has a sentence (你好，世界。) that has no word that the model knows" in errors


def test_an_answer_without_support_in_the_story_says_so(ask: Ask, encoder_decoders: Workspace, folder: Path) -> None:
    (folder / "story.txt").write_text(STORY[0])
    (encoder_decoders.tokens("qa") / "question.words.txt").write_text("?\nWhere\nis\n")
    assert "not in the story" not in ask("answer", "--story", "story.txt", "Where is Tim?").errors
    errors = ask("answer", "--story", "story.txt", "Where is Mary, Zoe?").errors
    assert "not in the story, so that the answer is a guess: Mary\n" in errors
    assert "out of vocabulary, so read as <unk>: ,, Zoe\n" in errors


def test_explained_tokens_show_the_sources_that_they_attend_to(
    ask: Ask, encoder_decoders: Workspace, folder: Path
) -> None:
    text = " ".join(SENTENCES[:2])
    found = Translator(load_line_decoder(encoder_decoders.model("seq2seq-translation-additive"))).translate(text)
    rows = ask("translate", text, "--explain").rows
    assert rows[2] == ["token", "attends", "to"]
    assert found.attention is not None
    for row, token, weights in zip(rows[3:], found.tokens, found.attention, strict=True):
        best = int(weights.argmax())
        shown = [token, found.source_tokens[best], f"{weights[best]:.2f}"]
        assert row[: len(" ".join(shown).split())] == " ".join(shown).split()
        assert weights.sum() == pytest.approx(1, abs=1e-4)
    (answer,) = parsed(ask("translate", text, "--explain", "--json"))
    np.testing.assert_allclose(answer["attention"], found.attention, rtol=1e-6)
    status, _, errors = ask("translate", text, "--attention", "none", "--explain")
    assert status == 0
    assert "this model has no attention to show" in errors
    (folder / "text.txt").write_text(text)
    assert ask("translate", "--file", "text.txt", "--explain").status == 2


def test_a_pipe_is_answered_as_it_comes(encoder_decoders: Workspace) -> None:
    command = [sys.executable, "-c", "from firth.cli import main; main()", "translate"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin
        assert process.stdout
        for line in SENTENCES:
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline().decode().split()  # while the pipe is open
            assert [" ".join(answer)] == translated(encoder_decoders, [line])
        process.stdin.close()
        assert process.wait() == 0


def unlist(place: Workspace, trainings: str) -> None:
    """Leave no settings of trainings, as ``check`` does when params.yaml no longer lists them."""
    for path in place.settings.glob(f"{trainings}.json"):
        path.unlink()


Break = Callable[[Workspace], object]
BREAKAGES: list[tuple[list[str], Break, str]] = [
    (["translate", "a", "--file", "b"], lambda _: None, "both given"),
    (["translate", "--file", "b"], lambda _: None, "b: can't be read"),
    (["translate", "--file", "empty"], lambda place: (place.root / "empty").touch(), "the file is empty"),
    (["translate", "--file", "l1"], lambda place: (place.root / "l1").write_bytes(b"a\n\xe9t\xe9\n"), "line 2 is not"),
    (["answer", "--story", "-"], lambda _: None, "both come from standard input"),
    (["answer", "--story", "none", "Where?"], lambda _: None, "none: can't be read"),
    (
        ["translate", "a", "--attention", "dot"],
        lambda _: None,
        "not built; choose from additive, none, or add dot to section models of params.yaml and run `firth repro`",
    ),
    (
        ["translate", "a", "--attention", "dot"],
        lambda place: (place.settings / "seq2seq-translation-dot.json").touch(),
        "not built; choose from additive, none, or build it with `dvc repro seq2seq@translation-dot`",
    ),
    (
        ["translate", "a"],  # the models of an earlier list are there still
        lambda place: unlist(place, "seq2seq-translation-*"),
        "params.yaml: models.tasks does not name translation; add it there, then run `firth repro`",
    ),
    (
        ["answer", "--story", "far", "Where is Tim?"],
        lambda place: (place.root / "far").write_text("你好 吗\n"),
        "far: has no word that the model knows",
    ),
    (
        ["translate", "a"],
        lambda place: (place.model("seq2seq-translation-additive") / "weights.safetensors").write_bytes(b"no"),
        "weights.safetensors: no safetensors, or cut short; build it again with `dvc repro seq2seq@translation-add",
    ),
    (
        ["translate", "a"],
        lambda place: Vocabulary([UNK, EOS], [1, 1]).save(vocabulary_file(place.tokens("translation"), "source")),
        "now there are 2",
    ),
    (["translate", "a"], lambda place: place.model(".").rename(place.root / "gone"), "no model for translation yet"),
    (
        ["answer", "--story", "-", "a"],
        lambda place: (place.tokens("qa") / "text.json").unlink(),
        "text.json: not there yet; build it with `dvc repro tokenize@qa`",
    ),
    (
        ["translate", "a"],
        lambda place: (place.settings / "evaluate_seq2seq-translation-additive.json").unlink(),
        "not there yet; build it with `dvc repro check`",
    ),
    (
        ["translate", "a"],
        lambda place: (place.settings / "evaluate_seq2seq-translation-additive.json").write_text("{}"),
        "search: Field required); build it again with `dvc repro check`",
    ),
]


@pytest.mark.parametrize(("arguments", "spoil", "message"), BREAKAGES)
def test_errors_say_what_to_do(
    ask: Ask, encoder_decoders: Workspace, arguments: list[str], spoil: Break, message: str
) -> None:
    spoil(encoder_decoders)
    status, rows, errors = ask(*arguments)
    assert (status, rows, errors.count("\n")) == (2, [], 1)
    assert message in errors
