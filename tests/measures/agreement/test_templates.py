"""English minimal pairs: hand-checked where the words leave one choice, and what holds of all."""

from collections import Counter

import pytest

from firth.measures.agreement.templates import PAIRS, TEMPLATES, MinimalPair, lexicon, minimal_pairs

WORDS = {
    word for templates in TEMPLATES.values() for text in templates for part in text.split() for word in part.split("/")
}
EVERYTHING = {word for word in WORDS if word.islower()} | {
    form for entries in lexicon().values() for forms in entries for form in forms
}


def numbers(part_of_speech: str) -> dict[str, int]:
    """Every form of the nouns or verbs of the lexicon, and its number: 0 or 1."""
    return {
        form: number
        for (part, _), entries in lexicon().items()
        if part == part_of_speech
        for forms in entries
        for number, form in enumerate(forms)
    }


NUMBERS, VERBS = numbers("noun"), numbers("verb")


@pytest.fixture(scope="module")
def pairs() -> list[MinimalPair]:
    return minimal_pairs(EVERYTHING)


def test_two_nouns_and_one_verb_give_these_pairs() -> None:
    vocabulary = {"the", "trader", "traders", "bank", "banks", "is", "are", "near", "senator", "wants"}
    found = {(" ".join(one.prefix), one.correct, one.wrong, one.attractors, one.intervening_nouns, one.distance)
             for one in minimal_pairs(vocabulary)}  # fmt: skip
    assert found == {
        ("the trader", "is", "are", 0, 0, 0),
        ("the traders", "are", "is", 0, 0, 0),
        ("the bank", "is", "are", 0, 0, 0),
        ("the banks", "are", "is", 0, 0, 0),
        ("the trader near the bank", "is", "are", 0, 1, 3),
        ("the trader near the banks", "is", "are", 1, 0, 3),
        ("the traders near the bank", "are", "is", 1, 0, 3),
        ("the traders near the banks", "are", "is", 0, 1, 3),
    }
    assert minimal_pairs(vocabulary - {"are"}) == []


def test_longer_pairs_count_what_stands_between_by_hand() -> None:
    vocabulary = {
        "The",
        "the",
        "report",
        "reports",
        "about",
        "critic",
        "critics",
        "from",
        "town",
        "towns",
        "seems",
        "seem",
    }
    found = {" ".join(one.prefix): one for one in minimal_pairs(vocabulary)}
    far = found["The reports about the critic from the town"]
    assert (far.construction, far.correct, far.wrong) == ("prepositional_phrase", "seem", "seems")
    assert (far.attractors, far.intervening_nouns, far.distance, far.adjacent_attractor, far.neutral) == (
        2,
        0,
        6,
        True,
        False,
    )
    assert (found["The report about the critic from the town"].intervening_nouns, len(found)) == (2, 2 + 4 + 4 + 4 + 2)
    neutral = {
        " ".join(one.prefix): one for one in minimal_pairs({"the", "trader", "traders", "left", "and", "is", "are"})
    }
    assert list(neutral) == ["the trader", "the traders", "the trader left and", "the traders left and"]
    assert neutral["the traders left and"].neutral and not neutral["the traders"].neutral


def test_every_word_is_in_the_vocabulary_and_the_first_one_has_a_capital_where_the_vocabulary_has_it() -> None:
    for vocabulary, first in (
        (EVERYTHING, "the"),
        (EVERYTHING | {"The"}, "The"),
        (EVERYTHING - {"company", "at"}, "the"),
    ):
        found = minimal_pairs(vocabulary)
        assert {one.prefix[0] for one in found} == {first}
        assert {word for one in found for word in (*one.prefix, one.correct, one.wrong)} <= vocabulary


def test_one_form_agrees_with_the_subject_and_the_other_does_not(pairs: list[MinimalPair]) -> None:
    for one in pairs:
        places = [place for place, word in enumerate(one.prefix) if word in NUMBERS]
        subject, *between = (NUMBERS[one.prefix[place]] for place in places)
        assert (VERBS[one.correct], VERBS[one.wrong]) == (subject, 1 - subject)
        assert one.attractors == sum(number != subject for number in between)
        assert one.intervening_nouns == sum(number == subject for number in between)
        assert one.distance == len(one.prefix) - places[0] - 1
        assert not one.attractors or not one.intervening_nouns


def test_no_word_but_nouns_has_a_number(pairs: list[MinimalPair]) -> None:
    assert not {word for one in pairs for word in one.prefix} & set(VERBS)


def test_numbers_are_balanced_in_every_construction(pairs: list[MinimalPair]) -> None:
    groups = Counter((one.construction, one.attractors, one.intervening_nouns, VERBS[one.correct]) for one in pairs)
    for (construction, attractors, intervening, number), count in groups.items():
        assert groups[construction, attractors, intervening, 1 - number] == count
        assert groups[construction, intervening, attractors, number] in (count, 0)


def test_constructions_have_up_to_four_hundred_different_pairs_of_many_words(pairs: list[MinimalPair]) -> None:
    sizes = Counter(one.construction for one in pairs)
    assert list(sizes) == list(TEMPLATES)
    assert all(0.9 * PAIRS < size <= PAIRS for size in sizes.values())
    for construction in TEMPLATES:
        ours = [one for one in pairs if one.construction == construction]
        assert len({(one.prefix, one.correct) for one in ours}) == len(ours)
        assert len({one.prefix for one in ours}) > 50
        assert len({one.correct for one in ours}) > 12


def test_the_same_vocabulary_gives_the_same_pairs(pairs: list[MinimalPair]) -> None:
    assert minimal_pairs(frozenset(sorted(EVERYTHING))) == pairs


def test_a_form_belongs_to_one_noun_and_one_number() -> None:
    forms = [form for (part, _), entries in lexicon().items() if part == "noun" for pair in entries for form in pair]
    assert len(forms) == len(set(forms))
    assert all(form.isalpha() and form.islower() for form in forms)
