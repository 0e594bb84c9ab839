"""The texts of a question, within their limits, and the advice on unknown words."""

import pytest

from firth.ask.spelling import Spelling
from firth.ask.unknown_words import NAMED
from firth.errors import FirthError
from firth.live.asked_query import asked_lines, asked_text, unknown_with_advice


def test_a_text_is_in_normal_form_and_empty_where_there_is_none() -> None:
    assert asked_text({"text": "  the\u00a0 dog\x00s "}, "text", "text") == "the dog s"
    assert asked_text({}, "text", "text") == ""


def test_the_limit_itself_is_allowed() -> None:
    assert asked_text({"text": "abc"}, "text", "word", 3) == "abc"
    with pytest.raises(FirthError, match="the word has 4 characters; give 3 at most"):
        asked_text({"text": "abcd"}, "text", "word", 3)


def test_every_unknown_word_is_named_and_the_first_ones_have_advice() -> None:
    words = [f"dog{number}" for number in range(NAMED + 2)]
    found = unknown_with_advice(words, Spelling(["dog"]))
    assert [one["word"] for one in found] == words
    assert [one["advice"] for one in found] == ["; try dog"] * NAMED + [""] * 2


def test_lines_are_apart_and_blank_ones_skipped() -> None:
    assert asked_lines({"story": " Tim  is here.\r\n\n \nMary\u200b is there. "}, "story", "story", 50) == [
        "Tim is here.",
        "Mary is there.",
    ]
    assert asked_lines({}, "story", "story", 5) == []
    with pytest.raises(FirthError, match="the story has 6 characters; give 5 at most"):
        asked_lines({"story": "a\nb\nc\n"}, "story", "story", 5)
