"""Where sentences end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.text.sentence_ends import split_sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mary eats apples.", "Tim sleeps."],
        ["Is it 3.5 or 4?", "Yes!", "¿Qué?", "Non…"],
        ["Mr. Smith met Dr. Jones and J. R. Firth.", "They slept."],
        ["“Stop!” she said.", "“Why?”", "(He slept.)", "Élodie dort."],
        ["the end. of it is no end"],
        [["वह सोया", "वह गया"][0] + "?", "वह गया"],
        [""],
    ],
)
def test_sentences_end_before_a_capital_and_not_after_a_title(sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences)) == sentences


def test_chinese_and_japanese_sentences_need_no_space() -> None:
    assert split_sentences("今天。明天！「好。」他说。") == ["今天。", "明天！", "「好。」", "他说。"]


@given(st.text(alphabet="aB .!?…”\"'Mr。"))
def test_nothing_but_white_space_is_lost(line: str) -> None:
    assert "".join("".join(split_sentences(line)).split()) == "".join(line.split())
