"""Agreement pairs are what they say: counted nouns of the other number, and a verb that is wrong in number alone."""

import numpy as np
import pytest
from corpora.world.chart import derivations

from firth.corpora.world import AgreementPair, english, sample_agreement_pairs
from firth.corpora.world import preferences as prefer
from firth.corpora.world.agreement import noun_counts
from firth.corpora.world.grammar import numbers, rules_of
from firth.corpora.world.lexicon import lexemes

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
    conditions = [(pair.distractors, pair.controls) for pair in pairs[::150]]
    assert conditions == [(0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (0, 2), (0, 3)]
    assert len(pairs) == 7 * 150
    shallow = sample_agreement_pairs(2, 1, np.random.default_rng(3))
    assert {(pair.distractors, pair.controls) for pair in shallow} == {(0, 0), (1, 0), (0, 1)}


def test_nouns_after_the_subject_are_counted_by_number(pairs: list[AgreementPair]) -> None:
    for pair in pairs:
        subject, *others = [NUMBERS[word] for word in pair.prefix.split(" ") if word in NUMBERS]
        assert sum(number != subject for number in others) == pair.distractors, pair
        assert sum(number == subject for number in others) == pair.controls, pair


def test_right_form_agrees_and_wrong_form_differs_in_number_alone(pairs: list[AgreementPair]) -> None:
    for pair in pairs:
        subject = next(NUMBERS[word] for word in pair.prefix.split(" ") if word in NUMBERS)
        assert PRESENT[pair.correct] == subject
        assert PRESENT[pair.wrong] != subject
        if pair.correct not in ("is", "are", "does", "do"):
            assert pair.correct.rstrip("s")[:2] == pair.wrong.rstrip("s")[:2]


def test_prefix_is_a_subject_of_the_grammar_with_the_number_of_the_right_form(pairs: list[AgreementPair]) -> None:
    for pair in pairs[::10]:
        words = ["a" if word == "an" else word for word in pair.prefix.lower().split(" ")]
        readings = [
            number
            for subject in prefer.SUBJECTS
            if subject not in ("name", "pronoun")
            for number in numbers(subject)
            for _ in derivations(("phrase", subject, number, "subject", 3), words)
        ]
        assert readings == [PRESENT[pair.correct]], pair


def test_probability_of_noun_counts_matches_enumeration() -> None:
    assert noun_counts(("phrase", "tool", "plural", "place", 0), "plural")[1] == pytest.approx(1)
    assert sum(noun_counts(("phrase", "tool", "plural", "place", 0), "singular")) == 0
    rules = rules_of(("noun", "tool", "plural", "place", 1))
    alone = sum(rule.weight for rule in rules if rule.parts[-1][0] == "word") / sum(rule.weight for rule in rules)
    assert noun_counts(("noun", "tool", "plural", "place", 1), "plural")[1] == pytest.approx(alone)


def test_same_seed_gives_the_same_pairs(pairs: list[AgreementPair]) -> None:
    assert sample_agreement_pairs(150, 3, np.random.default_rng(3)) == pairs
    assert sample_agreement_pairs(150, 3, np.random.default_rng(4)) != pairs
