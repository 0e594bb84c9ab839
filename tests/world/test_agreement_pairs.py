"""Agreement pairs are what they say: counted nouns of the other number, and a verb that is wrong in number alone."""

import numpy as np
import pytest
from world.chart import derivations

from firth.text.tokenizer import words
from firth.world import AgreementPair, english, sample_agreement_pairs
from firth.world import preferences as prefer
from firth.world.agreement_pairs import NEITHER, noun_counts
from firth.world.grammar import numbers, rules_of
from firth.world.lexicon import lexemes

NUMBERS = {
    form: number
    for lexeme in lexemes()
    if lexeme.part in ("noun", "name")
    for number, form in english.forms(lexeme).items()
}
NUMBERS |= {form.lower(): number for form, number in NUMBERS.items()}
PRESENT = {"is": "singular", "are": "plural", "does": "singular", "do": "plural"}
for _verb in (lexeme for lexeme in lexemes() if lexeme.part == "verb"):
    PRESENT |= {english.forms(_verb)["third"]: "singular", english.forms(_verb)["base"]: "plural"}


@pytest.fixture(scope="module")
def pairs() -> list[AgreementPair]:
    return sample_agreement_pairs(150, 3, np.random.default_rng(3))


def test_conditions_come_in_equal_numbers(pairs: list[AgreementPair]) -> None:
    conditions = [(pair.attractors, pair.intervening_nouns, pair.neutral) for pair in pairs[::150]]
    expected = [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (0, 2), (0, 3)]
    assert conditions == [*((*counts, False) for counts in expected), (0, 0, True)]
    assert len(pairs) == 8 * 150
    shallow = sample_agreement_pairs(2, 1, np.random.default_rng(3))
    counts = [(pair.attractors, pair.intervening_nouns, pair.neutral) for pair in shallow]
    assert counts == [(0, 0, False)] * 2 + [(1, 0, False)] * 2 + [(0, 1, False)] * 2 + [(0, 0, True)] * 2
    assert not any(pair.neutral or pair.distance for pair in sample_agreement_pairs(9, 0, np.random.default_rng(3)))


def test_distance_is_counted_in_tokens_from_the_subjects_noun(pairs: list[AgreementPair]) -> None:
    for pair in pairs:
        tokens = words(pair.prefix, False)
        subject = next(place for place, word in enumerate(tokens) if word in NUMBERS)
        assert pair.distance == len(tokens) - subject - 1, pair


def test_neutral_words_have_no_number_and_come_alike_in_both(pairs: list[AgreementPair]) -> None:
    neutral = [pair for pair in pairs if pair.neutral]
    for singular, plural in zip(neutral[::2], neutral[1::2], strict=True):
        assert (singular.correct, singular.wrong) == (plural.wrong, plural.correct)
        after = [pair.prefix.split(" ")[-pair.distance :] for pair in (singular, plural)]
        assert after[0] == after[1] and len(after[0]) >= 2
        assert not {*after[0]} & {*NUMBERS, *PRESENT, "was", "were"}
    assert len({pair.prefix for pair in neutral}) > 100
    assert len({pair.correct for pair in neutral}) > 20


def test_nouns_after_the_subject_are_counted_by_number(pairs: list[AgreementPair]) -> None:
    for pair in pairs:
        subject, *others = [NUMBERS[word] for word in pair.prefix.split(" ") if word in NUMBERS]
        assert sum(number != subject for number in others) == pair.attractors, pair
        assert sum(number == subject for number in others) == pair.intervening_nouns, pair


def test_an_attractor_right_before_the_verb_is_adjacent(pairs: list[AgreementPair]) -> None:
    assert not {*NUMBERS} & {
        form for one in lexemes() if one.part not in ("noun", "name") for form in english.forms(one).values()
    }
    for pair in pairs:
        last = NUMBERS.get(pair.prefix.split(" ")[-1])
        assert pair.adjacent_attractor == (last not in (None, PRESENT[pair.correct])), pair
    assert {pair.adjacent_attractor for pair in pairs if pair.attractors} == {True, False}


def test_right_form_agrees_and_wrong_form_differs_in_number_alone(pairs: list[AgreementPair]) -> None:
    for pair in pairs:
        subject = next(NUMBERS[word] for word in pair.prefix.split(" ") if word in NUMBERS)
        assert PRESENT[pair.correct] == subject
        assert PRESENT[pair.wrong] != subject
        if pair.correct not in ("is", "are", "does", "do"):
            assert pair.correct.rstrip("s")[:2] == pair.wrong.rstrip("s")[:2]


def test_prefix_is_a_subject_of_the_grammar_with_the_number_of_the_right_form(pairs: list[AgreementPair]) -> None:
    for pair in pairs[::10]:
        spelled = ["a" if word == "an" else word for word in pair.prefix.lower().split(" ")]
        readings = [
            number
            for subject in prefer.SUBJECTS
            if subject not in ("name", "pronoun")
            for number in numbers(subject)
            for _ in derivations(("phrase", subject, number, "subject", 3), spelled)
        ]
        assert readings == [PRESENT[pair.correct]], pair


def test_probability_of_noun_counts_matches_enumeration() -> None:
    assert noun_counts(("phrase", "tool", "plural", "place", 0), "plural")[1] == pytest.approx(1)
    assert sum(noun_counts(("phrase", "tool", "plural", "place", 0), "singular")) == 0
    verb = ("verb", "vehicle", "third", "relative", 0)  # 74 of 100 vehicles stop, start, …; 24 of 100 did so
    assert noun_counts(verb, NEITHER) == pytest.approx([0.74 * 0.24, 0, 0, 0])
    rules = rules_of(("noun", "tool", "plural", "place", 1))
    alone = sum(rule.weight for rule in rules if rule.parts[-1][0] == "word") / sum(rule.weight for rule in rules)
    assert noun_counts(("noun", "tool", "plural", "place", 1), "plural")[1] == pytest.approx(alone)


def test_same_seed_gives_the_same_pairs(pairs: list[AgreementPair]) -> None:
    assert sample_agreement_pairs(150, 3, np.random.default_rng(3)) == pairs
    assert sample_agreement_pairs(150, 3, np.random.default_rng(4)) != pairs
