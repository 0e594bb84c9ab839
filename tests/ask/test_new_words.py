"""Which words of a question are not known."""

from pathlib import Path

from firth.ask.new_words import in_either_case, new_words, read_known_words
from firth.text.text_form import TextForm

WORDS = TextForm(False, False, "en", False, "words")
SUBWORDS = TextForm(False, False, "en", False, "subwords")


def test_new_words_are_each_named_once_but_numbers_and_scripts_without_spaces(tmp_path: Path) -> None:
    path = tmp_path / "source.words.txt"
    assert read_known_words(path) is None
    path.write_text(".\n3\nMary\napples\neats\n", encoding="utf-8")
    known = read_known_words(path)
    assert known == {"Mary", "eats", "apples", ".", "3"}
    assert new_words("Mary eats 4 lemons, Apples and lemons; 你好", SUBWORDS, known) == ["lemons", "Apples", "and"]


def test_a_known_word_may_begin_a_sentence_or_not() -> None:
    assert new_words("is Tim where?", WORDS, in_either_case(frozenset({"Where", "?", "Is"}))) == ["Tim"]
