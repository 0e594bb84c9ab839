"""What people ask encoder–decoders on the command line, against the stages' own way of decoding."""

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from stages.asking import Ask

from firth.params.experiment import load_params
from firth.params.seq2seq import Attention, Seq2seqParams, Task
from firth.seq2seq.networks import Configuration, EncoderDecoder, load, save
from firth.seq2seq.search import decode_all
from firth.stages import sequence_queries
from firth.text.sides import SIDES, subwords_file, vocabulary_file
from firth.text.streams import TokenStream
from firth.text.subwords import Subwords, train_subwords
from firth.text.tokenizer import join_words, words
from firth.text.vocabulary import EOS, PAD, UNK, Vocabulary
from firth.workspace import Workspace

PRESET = Path(__file__).parents[2] / "presets" / "world.yaml"
SENTENCES = ["Mary eats apples.", "Emma eats a red apple in the kitchen.", "Tim sees Mary.", "Mary sees the red cats."]
STORY = ["Tim is in the garden.", "Mary is in the kitchen."]
QUESTIONS = ["Where is Tim?", "Where is Mary?", "Is Mary in the garden?"]
LONGEST: dict[Task, int] = {"translation": 100, "qa": 20}  # tokens of a source in training


def add_network(workspace: Workspace, task: Task, attention: Attention, size: int, **changes: object) -> None:
    torch.manual_seed(len(attention))
    small = {"embedding_size": 8, "hidden_size": 16, "layers": 1, "max_length": 9, "batch_size": 3}
    settings = Seq2seqParams.model_validate({**load_params(PRESET).seq2seq.model_dump(), **small, **changes})
    network = EncoderDecoder(Configuration(attention, size, size, settings))
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(3)
    folder = workspace.model(f"seq2seq-{task}-{attention}")
    folder.mkdir(parents=True)
    save(network, folder)


@pytest.fixture
def workspace(folder: Path) -> Workspace:
    """Two models of translation and one of question answering, all with random weights."""
    workspace = Workspace(folder)
    workspace.params.write_bytes(PRESET.read_bytes())
    for task, longest in LONGEST.items():
        workspace.tokens(task).mkdir(parents=True)
        TokenStream(np.zeros(longest, np.uint16), np.array([0, longest])).save(workspace.tokens(task), "train.source")
    subwords = train_subwords([SENTENCES], 300, lowercase=False)
    ids = [token for line in subwords.encode_lines(SENTENCES) for token in line]
    counts = np.bincount(ids, minlength=len(subwords.pieces))
    for side in SIDES:
        subwords.save(subwords_file(workspace.tokens("translation"), side))
        Vocabulary(subwords.pieces, counts).save(vocabulary_file(workspace.tokens("translation"), side))
    add_network(workspace, "translation", "none", len(subwords.pieces))
    add_network(workspace, "translation", "additive", len(subwords.pieces))

    workspace.raw("qa").mkdir(parents=True)
    (workspace.raw("qa") / "corpus.json").write_text(json.dumps({"tokenized": False}))
    types = sorted({word for line in [*STORY, *QUESTIONS] for word in words(line, False)})
    for side in SIDES:
        vocabulary = Vocabulary([UNK, EOS, PAD, *types], [0, 1, 0, *[1] * len(types)])
        vocabulary.save(vocabulary_file(workspace.tokens("qa"), side))
    add_network(workspace, "qa", "none", len(types) + 3)
    return workspace


def decoded(workspace: Workspace, task: Task, attention: Attention, sources: list[list[int]]) -> list[list[int]]:
    """As the stage does it."""
    network = load(workspace.model(f"seq2seq-{task}-{attention}"))
    ids = np.array([token for source in sources for token in source])
    stream = TokenStream(ids, np.cumsum([0, *map(len, sources)]))
    return decode_all(network, stream, network.configuration.settings, "32-true")


def translated(workspace: Workspace, lines: list[str], attention: Attention = "additive") -> list[str]:
    subwords = Subwords.load(subwords_file(workspace.tokens("translation"), "target"))
    outputs = decoded(workspace, "translation", attention, [*subwords.encode_lines(lines)])
    return [" ".join(subwords.decode(output).split()) for output in outputs]


def answered(workspace: Workspace, questions: list[str]) -> list[str]:
    vocabulary = Vocabulary.load(vocabulary_file(workspace.tokens("qa"), "target"))
    sources = [vocabulary.encode(words(" ".join([*STORY, line]), False)).tolist() for line in questions]
    return [join_words(vocabulary.decode(output)) for output in decoded(workspace, "qa", "none", sources)]


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Make this the standard input."""
    read, write = os.pipe()
    os.write(write, content)
    os.close(write)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(fileno=lambda: read, isatty=lambda: False, buffer=io.BytesIO()))


def said(rows: list[list[str]]) -> list[str]:
    return [" ".join(row) for row in rows]


def test_a_line_is_translated_by_the_model_with_the_most_powerful_attention(ask: Ask, workspace: Workspace) -> None:
    for line in SENTENCES:
        status, rows, errors = ask("translate", line, "--beam-size", "1")
        assert (status, said(rows)) == (0, translated(workspace, [line]))
        assert all("cut after 9 tokens" in error for error in errors.splitlines())
    plain = ask("translate", SENTENCES[0], "--attention", "none").rows
    assert said(plain) == translated(workspace, SENTENCES[:1], "none")
    assert said(plain) != translated(workspace, SENTENCES[:1])


@pytest.mark.parametrize("together", [1, 3, 1000])
def test_files_and_pipes_are_translated_line_by_line_in_order(
    ask: Ask, workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(sequence_queries, "TOGETHER", together)
    lines = SENTENCES * 5
    content = ("\ufeff" + "\r\n".join(lines)).encode()  # and no end of the last line
    (folder / "text.txt").write_bytes(content)
    (folder / "text.txt.gz").write_bytes(gzip.compress(content))
    expected = translated(workspace, lines)
    for name in ("text.txt", "text.txt.gz"):
        assert said(ask("translate", "--file", name).rows) == expected
    for arguments in ([], ["--file", "-"], ["--batch-size", "2"]):
        give(monkeypatch, content)
        assert said(ask("translate", *arguments).rows) == expected


def test_a_beam_finds_other_translations(ask: Ask, workspace: Workspace, folder: Path) -> None:
    (folder / "text.txt").write_text("\n".join(SENTENCES * 2))
    greedy, beam = (ask("translate", "--file", "text.txt", "--beam-size", size).rows for size in ("1", "4"))
    assert len(greedy) == len(beam) == 2 * len(SENTENCES)
    assert greedy != beam


def test_questions_are_answered_about_the_story(
    ask: Ask, workspace: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = answered(workspace, QUESTIONS)
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


def test_each_line_that_cannot_be_answered_is_empty_and_named(ask: Ask, workspace: Workspace, folder: Path) -> None:
    lines = [SENTENCES[0], "", " \t", "你好，世界。", "…?!", "Mary eats " * 1000, SENTENCES[2]]
    (folder / "text.txt").write_text("\n".join(lines), encoding="utf-8")
    status, rows, errors = ask("translate", "--file", "text.txt")
    found = translated(workspace, [lines[0], lines[-1]])
    assert (status, said(rows)) == (0, [found[0], "", "", "", "", "", found[1]])
    notes = [line for line in errors.splitlines() if "the output was cut" not in line]
    assert [note.partition(": line ")[2].partition(" ")[0] for note in notes] == ["2:", "3:", "4:", "5:", "6:"]
    assert all(note.startswith("text.txt: line ") for note in notes)
    assert [("is empty" in note, "no word" in note, "1,000 are the most" in note) for note in notes] == [
        (True, False, False), (True, False, False), (False, True, False), (False, True, False), (False, False, True),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["", " ", "你好", "Mary eats " * 1000])
def test_alone_such_a_line_is_an_error(ask: Ask, workspace: Workspace, line: str) -> None:
    status, rows, errors = ask("translate", line)
    assert (status, rows, errors.count("\n")) == (2, [], 1)
    assert errors.startswith("error: the text ")


def test_words_out_of_vocabulary_and_long_lines_are_told(ask: Ask, workspace: Workspace, folder: Path) -> None:
    (folder / "story.txt").write_text("\n".join(STORY))
    status, rows, errors = ask("answer", "--story", "story.txt", "Where is Zoe and Tim, Bob?")
    assert (status, len(rows)) == (0, 1)
    assert "out of vocabulary, so read as <unk>: Zoe, and, ,, Bob" in errors
    (folder / "story.txt").write_text("\n".join([*STORY, "Zoe is in the pool."]))
    errors = ask("answer", "--story", "story.txt", QUESTIONS[0]).errors
    assert errors.count("out of vocabulary") == 1
    assert "story.txt: out of vocabulary, so read as <unk>: Zoe, pool\n" in errors
    (folder / "story.txt").write_text("\n".join(STORY * 2))
    errors = ask("answer", "--story", "story.txt", QUESTIONS[0]).errors
    assert "28 tokens are more than in any source of training, 20" in errors


def test_a_pipe_is_answered_as_it_comes(workspace: Workspace) -> None:
    command = [sys.executable, "-c", "from firth.cli import main; main()", "translate"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin
        assert process.stdout
        for line in SENTENCES:
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline().decode().split()  # while the pipe is open
            assert [" ".join(answer)] == translated(workspace, [line])
        process.stdin.close()
        assert process.wait() == 0


Break = Callable[[Workspace], object]
BREAKAGES: list[tuple[list[str], Break, str]] = [
    (["translate", "a", "--file", "b"], lambda _: None, "both given"),
    (["translate", "--file", "b"], lambda _: None, "b: can't be read"),
    (["translate", "--file", "empty"], lambda place: (place.root / "empty").touch(), "the file is empty"),
    (["translate", "--file", "l1"], lambda place: (place.root / "l1").write_bytes(b"a\n\xe9t\xe9\n"), "line 2 is not"),
    (["answer", "--story", "-"], lambda _: None, "both come from standard input"),
    (["answer", "--story", "none", "Where?"], lambda _: None, "none: can't be read"),
    (["translate", "a", "--attention", "dot"], lambda _: None, "`dvc repro seq2seq@translation-dot`"),
    (["translate", "a", "--attention", "general"], lambda _: None, "`firth seq2seq translation general`"),
    (
        ["answer", "--story", "far", "Where is Tim?"],
        lambda place: (place.root / "far").write_text("你好 吗\n"),
        "far: has no word that the model knows",
    ),
    (
        ["translate", "a"],
        lambda place: (place.model("seq2seq-translation-additive") / "weights.safetensors").write_bytes(b"no"),
        "damaged, cut short",
    ),
    (
        ["translate", "a"],
        lambda place: Vocabulary([UNK, EOS], [1, 1]).save(vocabulary_file(place.tokens("translation"), "source")),
        "now there are 2",
    ),
    (["translate", "a"], lambda place: place.model(".").rename(place.root / "gone"), "no model for translation yet"),
    (["answer", "--story", "-", "a"], lambda place: (place.raw("qa") / "corpus.json").unlink(), "`dvc repro download"),
]


@pytest.mark.parametrize(("arguments", "spoil", "message"), BREAKAGES)
def test_errors_say_what_to_do(
    ask: Ask, workspace: Workspace, arguments: list[str], spoil: Break, message: str
) -> None:
    spoil(workspace)
    status, rows, errors = ask(*arguments)
    assert (status, rows, errors.count("\n")) == (2, [], 1)
    assert message in errors
