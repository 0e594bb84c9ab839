from dataclasses import replace
from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.measures.agreement.accuracy import conditions
from firth.measures.agreement.items import FEWEST_PAIRS, agreement_items, english_items, read_items
from firth.measures.agreement.templates import lexicon
from firth.text.text_form import TextForm
from firth.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["<unk>", "<eos>", "dog", "dogs", "the", "runs", "run"], [0, 9, 5, 5, 4, 3, 3])
WORLD = TextForm(lowercase=True, tokenized=False, language="en", world=True, segmentation="words")
HEADER = "prefix\tcorrect\twrong\tattractors\tintervening_nouns\tdistance\tadjacent_attractor\tneutral\n"


def test_items_are_read_as_the_corpus_is_tokenized(tmp_path: Path) -> None:
    path = tmp_path / "agreement.tsv"
    path.write_text(HEADER + "The dogs, the dog\trun\truns\t1\t0\t3\t1\t0\n", encoding="utf-8")
    frame = read_items(path, VOCABULARY, WORLD)
    (one,) = frame.itertuples()
    assert (one.prefix.tolist(), one.correct, one.wrong) == ([4, 3, 0, 4, 2], 6, 5)
    assert (conditions(frame).tolist(), one.distance, one.construction) == (["attractors_1"], 3, "")
    assert one.adjacent_attractor
    (one,) = read_items(path, VOCABULARY, replace(WORLD, lowercase=False)).itertuples()
    assert one.prefix.tolist() == [0, 3, 0, 4, 2]
    path.write_text(HEADER + "The dogs that slept\trun\truns\t0\t0\t2\t0\t1\n", encoding="utf-8")
    frame = agreement_items(tmp_path, replace(WORLD, tokenized=True), VOCABULARY)
    assert (conditions(frame).tolist(), frame["adjacent_attractor"].tolist()) == (["neutral"], [False])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\n", "line 1 does not hold prefix"),
        ("", "line 1 does not hold prefix"),
        ("prefix\tcorrect\twrong\tattractors\n", "line 1 does not hold prefix.*download@lm"),
        (HEADER + "the dog\truns\trun\t0\t0\t0\t0\n", "line 2 does not hold 8 columns"),
        (HEADER + "the dog\truns\trun\tone\t0\t0\t0\t0\n", "line 2 does not hold attractors as int"),
        (
            HEADER + "the dog\truns\trun\t0\t0\t0\t0\t0\nthe dog\tis running\tare\t0\t0\t0\t0\t0\n",
            "line 3: a verb form",
        ),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "agreement.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FirthError, match=message):
        read_items(path, VOCABULARY, WORLD)


ENGLISH = ["the", "that", "met", "and", "left", "grew", "near", "about", "from", "saw"]
FORMS = [form for entries in lexicon().values() for forms in entries for form in forms]
ENGLISH_VOCABULARY = Vocabulary(
    ["<unk>", "<eos>", *dict.fromkeys(ENGLISH + FORMS)], [1] * (2 + len({*ENGLISH, *FORMS}))
)


def test_english_pairs_go_with_english_text_that_has_the_words() -> None:
    english = TextForm(lowercase=True, tokenized=True, language="en", world=False, segmentation="words")
    assert len(agreement_items(Path(), english, ENGLISH_VOCABULARY))
    assert agreement_items(Path(), replace(english, language="unknown"), ENGLISH_VOCABULARY).empty
    assert agreement_items(Path(), english, VOCABULARY).empty


@pytest.mark.parametrize(("nouns", "pairs"), [(4, 0), (5, 20)])
def test_a_construction_with_few_pairs_is_left_out(nouns: int, pairs: int) -> None:
    """Of the sentences "the PERSON", in two numbers, with two verbs."""
    words = [form for forms in lexicon()["noun", "PERSON"][:nouns] for form in forms]
    words += [form for forms in lexicon()["verb", "PERSON"][:2] for form in forms]
    items = english_items(Vocabulary(["<unk>", "<eos>", "the", *words], [1] * (3 + len(words))))
    assert items["construction"].tolist() == ["simple"] * pairs
    assert FEWEST_PAIRS == 20


def test_no_word_of_an_english_pair_is_unknown_and_its_forms_differ() -> None:
    for one in english_items(ENGLISH_VOCABULARY).itertuples():
        assert one.prefix.min() > 1 and one.correct > 1 and one.wrong > 1 and one.correct != one.wrong
