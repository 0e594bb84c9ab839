"""Words for show: those that are asked for, and content words of the corpus in their place."""

from firth.measures.shown_words import content_words, words_to_show


def test_words_of_the_corpus_stand_in_for_missing_ones() -> None:
    tokens = [".", "the", "with", "market", "stock", "dog", "apple"]
    assert words_to_show(["Dog", "zebra", "apple", "yak"], tokens) == ["dog", "apple", "market", "stock"]
    assert words_to_show(["dog"], tokens) == ["dog"]
    assert words_to_show(["dog", "Dog"], tokens) == ["dog", "market"]
    assert words_to_show(["dog"], []) == []


def test_function_words_numbers_and_marks_carry_no_content() -> None:
    assert content_words(["<unk>", "the", "Cat", "n't", "1990", "of", "ox", "élève", "which"]) == ["Cat", "élève"]
