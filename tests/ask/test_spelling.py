"""Words of a vocabulary in another case or spelling."""

from firth.ask.spelling import Spelling

SPELLING = Spelling(["us", "US", "Paris", "apple", "apples"])  # in order of frequency


def test_a_word_is_known_as_spelled_or_else_as_the_most_frequent_that_differs_in_case() -> None:
    assert [SPELLING.known(word) for word in ("US", "Us", "PARIS", "pear")] == ["US", "us", "Paris", None]


def test_advice_names_words_that_are_spelled_alike_in_their_own_case() -> None:
    assert SPELLING.advice("appel") == "; try apple, apples"
    assert SPELLING.advice("pariss") == "; try Paris"
    assert SPELLING.advice("xylophone") == ", and no word is spelled like it"
