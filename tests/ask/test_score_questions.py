"""``firth score``: each line by itself, against the models' own scores of a text that is this line alone."""

import gzip
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from ask.asking import Ask
from ask.tiny_models import SENTENCES, TOKENS, plain

from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import load
from firth.measures.scorer import Scorer
from firth.ngram.arpa import write_arpa
from firth.ngram.kneser_ney import KneserNey
from firth.ngram.ngram_scorer import NgramScorer
from firth.text.vocabulary import EOS
from firth.workspace import Workspace

MODELS = ["ngram", "rnn", "lstm"]


def new_scorer(workspace: Workspace, name: str) -> Scorer:
    folder = workspace.model(f"lm-{name}")
    return NgramScorer(KneserNey.load(folder)) if name == "ngram" else NetworkScorer(load(folder))


def alone(workspace: Workspace, name: str, line: str, start: int = 0) -> float:
    """log P of the tokens from ``start`` on of a text that is this line alone."""
    ids = plain([line]).with_sentence_ends()
    return float(new_scorer(workspace, name).score(ids)[start:].sum())


def test_every_line_has_a_row_with_its_own_score_wherever_it_stands(
    ask: Ask, language_models: Workspace, folder: Path
) -> None:
    lines = [SENTENCES[2], "", SENTENCES[0], " \t<br>", "An owl runs.", SENTENCES[2], ""]
    (folder / "text.txt").write_text("\r\n".join([*lines, ""]), newline="")
    status, rows, errors = ask("score", "text.txt")
    assert status == 0
    assert rows[0] == ["tokens", "unknown", *MODELS, "sentence"]
    assert errors == "2 of 22 words (9.09%) are not in the vocabulary and were read as <unk>: an (1), owl (1)\n"
    assert [row[:2] for row in rows[1:]] == [["8", "0"], [], ["5", "0"], ["<br>"], ["5", "2"], ["8", "0"], []]
    assert [" ".join(row[5:]) for row in rows[1:]] == [lines[0], "", lines[2], "", "An owl runs.", lines[0], ""]
    for row in (rows[1], rows[3], rows[5]):
        line = " ".join(row[5:])
        wanted = [alone(language_models, name, line.replace("An owl", "? ?")) for name in MODELS]
        assert list(map(float, row[2:5])) == pytest.approx(wanted, abs=6e-5)
    (folder / "text.txt").write_text("\n".join(reversed(lines)))
    assert sorted(ask("score", "text.txt").rows[1:]) == sorted(rows[1:])


def test_surprisals_add_up_to_the_negative_log_likelihood(ask: Ask, language_models: Workspace, folder: Path) -> None:
    (folder / "text.txt").write_text("The dog near.\n\nThe owl.")
    rows = ask("score", "text.txt", "--tokens", "--model", "lstm").rows
    assert rows[0] == ["line", "token", "unknown", "lstm"]
    assert [row[:3] for row in rows[1:]] == [
        ["1", "the", "0"], ["1", "dog", "0"], ["1", "near", "0"], ["1", ".", "0"], ["1", EOS, "0"],
        ["3", "the", "0"], ["3", "owl", "1"], ["3", ".", "0"], ["3", EOS, "0"],
    ]  # fmt: skip
    for number, line in (("1", "The dog near."), ("3", "The ?.")):
        total = sum(float(row[3]) for row in rows if row[0] == number)
        assert total == pytest.approx(-alone(language_models, "lstm", line), abs=5e-4)


@pytest.mark.usefixtures("language_models")
def test_a_text_comes_packed_or_by_a_pipe_too(ask: Ask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(SENTENCES).encode()
    (folder / "text.txt").write_bytes(text)
    (folder / "text.txt.gz").write_bytes(gzip.compress(text))
    plainly, packed = (ask("score", place) for place in ("text.txt", "text.txt.gz"))
    with (folder / "text.txt").open() as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        assert ask("score", "-").rows == plainly.rows == packed.rows


@pytest.mark.usefixtures("language_models")
def test_a_line_that_is_too_long_has_no_numbers_and_the_next_ones_do(ask: Ask, folder: Path) -> None:
    (folder / "text.txt").write_text(f"The dog runs.\n{'dog ' * 300_000}\nThe dog runs.")
    for command in (["score", "text.txt"], ["perplexity", "text.txt", "--sentences"]):
        status, rows, errors = ask(*command, "--model", "ngram")
        assert (status, errors) == (0, "text.txt: line 2 is longer than 1 MiB; give one sentence a line\n")
        assert (rows[1], rows[2]) == (rows[3], [])


def test_scores_of_the_n_gram_model_are_kenlm_s(ask: Ask, language_models: Workspace, folder: Path) -> None:
    kenlm = pytest.importorskip("kenlm")
    write_arpa(KneserNey.load(language_models.model("lm-ngram")), TOKENS, folder / "model.arpa")
    peer = kenlm.Model(str(folder / "model.arpa"))
    lines = ["the dog runs .", "near near the", "cats", "run the run . . cats", "owl runs near an owl ."]
    (folder / "text.txt").write_text("\n".join(lines))
    found = [float(row[2]) for row in ask("score", "text.txt", "--model", "ngram").rows[1:]]
    assert found == pytest.approx([peer.score(line) * np.log(10) for line in lines], abs=1e-4)


# Pairs


def points(better: float, worse: float) -> float:
    return 0.5 if abs(better - worse) < 1e-6 else float(better > worse)


def test_accuracy_over_sentences_is_the_share_of_better_ones_that_are_more_probable(
    ask: Ask, language_models: Workspace, folder: Path
) -> None:
    pairs = [(good, bad) for good in SENTENCES for bad in ("The dogs runs.", "Near.", "the the dog run cats", good)]
    (folder / "pairs.tsv").write_text("".join(f"{good}\t{bad}\n" for good, bad in pairs))
    rows = ask("score", "pairs.tsv", "--pairs").rows
    assert rows[0] == ["model", "group", "pairs", "ties", "accuracy", "low", "high"]
    for row, name in zip(rows[1:], MODELS, strict=True):
        own = [points(*(alone(language_models, name, line) for line in pair)) for pair in pairs]
        assert row[:5] == [name, "all", "16", str(own.count(0.5)), f"{np.mean(own):.4f}"]


def test_continuations_are_compared_without_the_end_of_the_sentence(
    ask: Ask, language_models: Workspace, folder: Path
) -> None:
    triples = [("The dog", "runs", "run"), ("", "cats", "near"), ("The cats near the dog", "run the", "runs .")]
    (folder / "pairs.tsv").write_text("".join("\t".join(row) + "\n" for row in triples))
    rows = ask("score", "pairs.tsv", "--pairs").rows
    for row, name in zip(rows[1:], MODELS, strict=True):
        own = []
        for prefix, *continuations in triples:
            texts = [plain([f"{prefix} {end}"]).ids for end in continuations]
            right, wrong = (new_scorer(language_models, name).score(ids).sum() for ids in texts)
            own.append(points(right, wrong))
        assert row[4] == f"{np.mean(own):.4f}"


@pytest.mark.usefixtures("language_models")
def test_the_order_of_pairs_makes_no_difference_and_groups_have_rows(ask: Ask, folder: Path) -> None:
    draw = random.Random(3)
    words = ["the", "dog", "cats", "runs", "run", "near", "."]
    lines = [
        f"{' '.join(draw.choices(words, k=draw.randint(0, 9)))}\truns\trun\t{draw.choice(['b', 'a', ''])}"
        for _ in range(300)
    ]
    tables = []
    for header in ("", "prefix\tright\twrong\tgroup\n", ""):
        (folder / "pairs.tsv").write_text(header + "\n".join(lines))
        tables.append(ask("score", "pairs.tsv", "--pairs").rows)
        draw.shuffle(lines)
    assert tables[0] == tables[1] == tables[2]
    assert [row[:2] for row in tables[0][1:]] == [[name, group] for name in MODELS for group in ("all", "a", "b")]


@pytest.mark.usefixtures("language_models")
def test_unknown_words_of_pairs_are_named(ask: Ask, folder: Path) -> None:
    (folder / "pairs.tsv").write_text("good\tbad\tgroup\nThe owl.\tThe hen.\tx\n")
    status, rows, errors = ask("score", "pairs.tsv", "--pairs", "--model", "ngram")
    assert [row[:5] for row in rows[1:]] == [["ngram", "all", "1", "1", "0.5000"], ["ngram", "x", "1", "1", "0.5000"]]
    assert (status, errors.partition(" words")[0]) == (0, "2 of 6")


@pytest.mark.usefixtures("language_models")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("one\n", "error: pairs.tsv: line 1 has 1 column (one); give good<tab>bad or prefix<tab>right<tab>wrong"),
        ("a\tb\n\na\tb\tc\n", "error: pairs.tsv: line 3 has 3 columns, and not 2 (good, bad); separate them by tabs"),
        ("a\t \n", "error: pairs.tsv: line 1: bad without a word; give both texts of a pair"),
        ("a\tb\tc\tall\n", "error: pairs.tsv: line 1: group all is the name of all pairs together"),
        ("good\tbad\n", "error: pairs.tsv: there is no pair in it"),
        ("a\t<br>\n", "error: <br>: there is no word in it"),
        ("dog\tcats\n" + "dog " * 300_000, "error: pairs.tsv: line 2 is longer than 1 MiB"),
    ],
)
def test_what_is_no_pair_is_one_line(ask: Ask, folder: Path, content: str, message: str) -> None:
    (folder / "pairs.tsv").write_text(content)
    status, rows, errors = ask("score", "pairs.tsv", "--pairs")
    assert (status, rows, errors.count("\n")) == (2, [], 1)
    assert errors.startswith(message)


@pytest.mark.usefixtures("language_models")
def test_tokens_or_pairs_but_not_both(ask: Ask) -> None:
    status, rows, errors = ask("score", "text.txt", "--tokens", "--pairs")
    assert (status, rows) == (2, [])
    assert "give one of them" in errors
