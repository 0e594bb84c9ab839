"""ARPA files, read and scored by a plain implementation of back-off."""

from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.ngram import arpa
from firth.ngram.arpa import write_arpa
from firth.ngram.kneser_ney import KneserNey, train_kneser_ney
from firth.text.streams import TokenStream

ODD = ["\u00a0", "a\u0085b", "\u2028", "é'́", "\\end\\", "<unk"]
TOKENS = ["<unk>", "<eos>", "a", "b", *ODD]
Arpa = list[dict[tuple[str, ...], tuple[float, float]]]  # order - 1 → words → log10 of P and of the back-off


def stream_of(sentences: list[list[int]]) -> TokenStream:
    offsets = np.cumsum([0, *map(len, sentences)]).astype(np.int64)
    return TokenStream(np.array([word for sentence in sentences for word in sentence], np.uint16), offsets)


def random_sentences(count: int, seed: int) -> list[list[int]]:
    generator = np.random.default_rng(seed)
    words = [0, *range(2, len(TOKENS))]
    return [generator.choice(words, generator.integers(0, 7)).tolist() for _ in range(count)]


def read_arpa(path: Path) -> Arpa:
    """Read as KenLM does: lines end at a line feed alone, and space and tab alone part words."""
    data, *sections = path.read_bytes().decode("utf-8").removesuffix("\n\\end\\\n").split("\n\n")
    first, *counts = data.split("\n")
    assert first == "\\data\\"
    orders: Arpa = []
    for order, (section, count) in enumerate(zip(sections, counts, strict=True), 1):
        title, *lines = section.removesuffix("\n").split("\n")
        assert title == f"\\{order}-grams:"
        assert count == f"ngram {order}={len(lines)}"
        grams = {}
        for line in lines:
            probability, words, *backoff = line.split("\t")
            grams[tuple(words.split(" "))] = float(probability), float(backoff[0]) if backoff else 0.0
        assert len(grams) == len(lines)
        assert all(len(words) == order for words in grams)
        orders.append(grams)
    return orders


def score(orders: Arpa, context: tuple[str, ...], word: str) -> float:
    """Katz's back-off: the probability that is stored, or that after a shorter context and the context's weight."""
    gram = (*context, word)
    if len(gram) <= len(orders) and gram in orders[len(gram) - 1]:
        return orders[len(gram) - 1][gram][0]
    weight = orders[len(context) - 1].get(context, (0.0, 0.0))[1] if len(context) <= len(orders) else 0.0
    return weight + score(orders, context[1:], word)


def scores(orders: Arpa, sentences: list[list[int]], words: list[str]) -> list[float]:
    texts = [["<s>", *(words[position] for position in sentence), "</s>"] for sentence in sentences]
    return [score(orders, tuple(text[:place]), text[place]) for text in texts for place in range(1, len(text))]


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5, 7])
def test_a_program_that_backs_off_gives_every_token_the_model_s_probability(tmp_path: Path, order: int) -> None:
    model = train_kneser_ney(stream_of(random_sentences(150, 1)), len(TOKENS), order)
    write_arpa(model, TOKENS, tmp_path / "model.arpa")
    orders, unseen = read_arpa(tmp_path / "model.arpa"), random_sentences(60, 2)
    expected = model.log_probabilities(stream_of(unseen)) / np.log(10)
    assert scores(orders, unseen, TOKENS) == pytest.approx(expected, abs=1e-6)
    assert set(orders[0]) == {("<unk>",), ("</s>",), ("<s>",), *((token,) for token in TOKENS[2:])}
    assert orders[0][("<s>",)][0] == -99
    assert sum(10**probability for probability, _ in orders[0].values()) == pytest.approx(1, abs=1e-5)


def test_unigrams_alone_come_with_an_empty_section_of_bigrams(tmp_path: Path) -> None:
    write_arpa(train_kneser_ney(stream_of([[2]]), 3, 1), TOKENS[:3], tmp_path / "model.arpa")
    lines = (tmp_path / "model.arpa").read_text(encoding="utf-8").split("\n")
    assert lines[:4] == ["\\data\\", "ngram 1=4", "ngram 2=0", ""]
    assert lines[-5:] == ["", "\\2-grams:", "", "\\end\\", ""]


def test_orders_longer_than_every_sentence_have_empty_sections(tmp_path: Path) -> None:
    model = train_kneser_ney(stream_of([[2], [3], [2]]), 4, 5)
    write_arpa(model, TOKENS[:4], tmp_path / "model.arpa")
    text = (tmp_path / "model.arpa").read_text(encoding="utf-8")
    assert text.startswith("\\data\\\nngram 1=5\nngram 2=4\nngram 3=2\nngram 4=0\nngram 5=0\n")
    assert text.endswith("\n\\4-grams:\n\n\\5-grams:\n\n\\end\\\n")


def test_blocks_leave_no_seams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = train_kneser_ney(stream_of(random_sentences(50, 1)), len(TOKENS), 3)
    write_arpa(model, TOKENS, tmp_path / "whole.arpa")
    monkeypatch.setattr(arpa, "BLOCK", 7)
    write_arpa(model, TOKENS, tmp_path / "blocks.arpa")
    assert (tmp_path / "blocks.arpa").read_bytes() == (tmp_path / "whole.arpa").read_bytes()


def test_words_that_look_like_marks_of_the_format_are_escaped(tmp_path: Path) -> None:
    tokens, sentences = ["<unk>", "<eos>", "<s>", "</s>", "<UNK>"], [[2, 3, 4], [4, 2], [0, 3]]
    model = train_kneser_ney(stream_of(sentences), 5, 2)
    write_arpa(model, tokens, tmp_path / "model.arpa")
    escaped = ["<unk>", "</s>", "&lt;s&gt;", "&lt;/s&gt;", "&lt;UNK&gt;"]
    orders = read_arpa(tmp_path / "model.arpa")
    assert list(orders[0]) == [(word,) for word in [*escaped, "<s>"]]
    expected = model.log_probabilities(stream_of(sentences)) / np.log(10)
    assert scores(orders, sentences, escaped) == pytest.approx(expected, abs=1e-6)


def test_two_words_that_would_be_written_alike_are_refused(tmp_path: Path) -> None:
    model = train_kneser_ney(stream_of([[2, 3]]), 4, 2)
    with pytest.raises(FirthError, match=r"the words <s> and &lt;s&gt; would be the same"):
        write_arpa(model, ["<unk>", "<eos>", "<s>", "&lt;s&gt;"], tmp_path / "model.arpa")


def test_log_zero_is_written_minus_99_and_what_rounding_lifts_above_one_as_zero(tmp_path: Path) -> None:
    keys = [np.arange(3), np.array([2 * 3 + 1])]
    model = KneserNey(2, [], keys, [np.array([0.5, 0.5, 0.0]), np.array([1 + 1e-15])], [np.array([1.0, 1.0, 0.0])])
    write_arpa(model, TOKENS[:2], tmp_path / "model.arpa")
    orders = read_arpa(tmp_path / "model.arpa")
    assert orders[0][("<s>",)] == (-99, -99)
    assert "\n0.0000000\t<s> </s>\n" in (tmp_path / "model.arpa").read_text(encoding="utf-8")
