"""The rule of characters, on cases split by hand, and the fast pass against it."""

import random
from pathlib import Path

import numpy as np
import pytest

from firth.text.characters import characters, count_words_and_characters, join_characters
from firth.text.numbering import Numbering, encode_blocks, number_stream, renumber_stream, text_blocks
from firth.text.streams import TokenStream
from firth.text.tokenizer import words

CASES = {
    "Ab c": ["A", "b", "␣", "c"],
    "  a \t\u00a0 b\r": ["a", "␣", "b"],
    "cafe\u0301 é": ["c", "a", "f", "e\u0301", "␣", "é"],
    "हिन्दी": ["हि", "न्", "दी"],
    "กำลัง": ["กำ"[0], "กำ"[1], "ลั", "ง"],
    "我爱你。": ["我", "爱", "你", "。"],
    "می\u200cخ": ["م", "ی\u200c", "خ"],
    "a\u2423b": ["a", "␣", "b"],
    "x \u0301y": ["x", "␣", "\u0301", "y"],
    "a<br />b": ["a", "␣", "b"],
    "": [],
    " ": [],
}


@pytest.mark.parametrize("text", CASES)
def test_characters_are_split_as_by_hand(text: str) -> None:
    assert characters(text, lowercase=False) == CASES[text]


def odd_text(seed: int, length: int) -> str:
    source = random.Random(seed)
    return "".join(source.choice(["a", "É", "e\u0301", " ", " ", "\u0903", "\u200d", "\t", "我", "<br>", "␣", "\n"])
                   for _ in range(length))  # fmt: skip


def test_words_and_characters_are_counted_as_they_are_split() -> None:
    for seed in range(300):
        line = odd_text(seed, 30).replace("\n", " ")
        assert count_words_and_characters(line, False) == (len(words(line, False)), len(characters(line, False)))
    assert count_words_and_characters("do n't u.s. .", True) == (4, 13)
    assert count_words_and_characters("do n't <br /> go", True) == (3, 9)
    (found,) = encode_blocks(["do n't <br /> go\n"], False, True, True, 1)
    assert (found.words, len(found.ids)) == (3, 9)  # as subwords count them


def test_joined_characters_are_the_text() -> None:
    assert join_characters(characters("Mary eats: 3 « pommes ».", False)) == "Mary eats: 3 « pommes »."


@pytest.mark.parametrize("processes", [1, 2])
def test_streams_of_characters_hold_what_a_plain_loop_finds(tmp_path: Path, processes: int) -> None:
    text = odd_text(1, 3000) + "long line " * 100 + "\n"
    path = tmp_path / "text.txt"
    path.write_text(text, encoding="utf-8", newline="\n")
    numbering = Numbering()
    blocks = encode_blocks(text_blocks(path, 500), True, False, True, processes)
    numbered = number_stream(blocks, numbering, tmp_path, "train", keep_empty=True)
    renumber_stream(tmp_path, "train", np.arange(len(numbering)), np.dtype(np.uint16))
    (tmp_path / "vocabulary.tsv").write_text("token\t1\n" * len(numbering))
    stream = TokenStream.load(tmp_path, "train")
    found = [[numbering.types[number] for number in sentence] for sentence in stream.sentences()]
    lines = text.removesuffix("\n").split("\n")
    assert found == [characters(line, lowercase=True) for line in lines]
    assert numbered.words == sum(len(words(line, True)) for line in lines)
