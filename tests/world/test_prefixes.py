"""Probabilities of words after a beginning, against sentences' own, enumeration and hand-worked cases."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import fsum, log

import numpy as np
import pytest
from world.chart import parses

from firth.text.tokenizer import words
from firth.text.vocabulary import EOS
from firth.world import english, next_words, sample_sentences, token_probabilities
from firth.world import preferences as prefer
from firth.world.derivation import Node
from firth.world.grammar import Frame, Symbol, rules_of
from firth.world.lexicon import Lexeme, classes

OTHER = {"is": "are", "are": "is", "am": "is", "was": "were", "were": "was", "does": "do", "do": "does"}
OTHER_FORM = {"third": "base", "base": "third"}


def strings(symbol: Symbol) -> Iterator[tuple[tuple[str, ...], Fraction]]:
    """Everything that a symbol yields, as words, one item a derivation."""
    rules = rules_of(symbol)
    total = sum(rule.weight for rule in rules)
    for rule in rules:
        tails = [[((part,), Fraction(1))] if isinstance(part, str) else list(strings(part)) for part in rule.parts]
        for choice in product(*tails):
            probability = Fraction(rule.weight, total)
            for _, factor in choice:
                probability *= factor
            yield tuple(word for tail, _ in choice for word in tail), probability


def decisions(node: Node, word: tuple[str, str] = ("", "")) -> Iterator[tuple[str, str]]:
    """(category, counterpart) of each word of a derivation; ``word`` is what a single lexeme gives."""
    rule, children = node
    if isinstance(rule.frame, Lexeme):
        yield word
        return
    left = iter(children)
    for position, part in enumerate(rule.parts):
        if isinstance(part, str):
            yield "structure", OTHER.get(part, "")
            continue
        child, counterpart = next(left), ""
        if isinstance(verb := child[0].frame, Lexeme) and is_finite_present(rule.frame, position):
            counterpart = english.forms(verb)[OTHER_FORM[str(part[2])]]
        yield from decisions(child, ("selection", counterpart))


def is_finite_present(frame: Frame | Lexeme, position: int) -> bool:
    """Whether the lexeme at a position of a rule is a verb that agrees."""
    if not isinstance(frame, Frame) or frame.tense != "present" or frame.negated:
        return False
    return (frame.construction, position) in {("predicate", 0), ("object_relative", 2)}


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_probabilities_of_the_tokens_multiply_to_that_of_the_sentence(depth: int) -> None:
    for sentence in sample_sentences(300, depth, np.random.default_rng(20 + depth)):
        tokens = token_probabilities(sentence.english, depth)
        assert fsum(log(token.probability) for token in tokens) == pytest.approx(sentence.log_probability, abs=1e-9)


def test_there_is_one_probability_for_each_token_as_the_tokenizer_cuts_and_one_for_the_end() -> None:
    for sentence in sample_sentences(1_000, 3, np.random.default_rng(31)):
        written = [token.token for token in token_probabilities(sentence.english, 3)]
        assert written == [*words(sentence.english, False), EOS]
        assert [token.lower() for token in written[:-1]] == words(sentence.english, True)


def test_the_words_that_can_follow_share_all_probability() -> None:
    beginnings: set[tuple[str, ...]] = {("a",), ("an",)}
    for sentence in sample_sentences(40, 3, np.random.default_rng(32)):
        text = words(sentence.english, True)
        beginnings |= {tuple(text[:length]) for length in range(len(text) + 1)}
    for beginning in sorted(beginnings):
        following = next_words(beginning, 3)
        assert min(following.values()) > 0
        assert fsum(following.values()) == pytest.approx(1, abs=1e-12), beginning


def test_first_words_and_a_pronouns_verb_by_hand() -> None:
    first = next_words([], 3)
    assert first["she"] == pytest.approx(60 * 0.28 / sum(prefer.SUBJECTS.values()))
    assert "she" not in next_words(["the"], 3)
    # Of what people do, 8 % is to be something, of that 48 + 9 % in the present, of that 9 / 57 not.
    assert next_words(["I"], 3)["am"] == pytest.approx(0.08 * 0.57)
    assert next_words(["I", "am"], 3)["not"] == pytest.approx(9 / 57)
    assert not {"is", "are"} & set(next_words(["I"], 3))


@pytest.mark.parametrize("beginning", [[], ["a"], ["an"], ["the"]])
def test_words_of_an_object_match_its_enumeration(beginning: list[str]) -> None:
    """At depth 0, what follows a verb of trade is an object whatever comes after it."""
    verb = english.third_person(classes()["trade"][0])
    expected: Counter[str] = Counter()
    for string, probability in strings(("object", "trade", "object", 0)):
        spelled = english.write_words(list(string)).lower().split(" ")
        if spelled[: len(beginning)] == beginning:
            expected[spelled[len(beginning)]] += probability  # type: ignore[assignment]
    total = sum(expected.values())
    assert next_words(["Mary", verb, *beginning], 0) == pytest.approx(
        {w: float(p / total) for w, p in expected.items()}
    )


@pytest.mark.parametrize("depth", [0, 3])
def test_categories_and_counterparts_are_those_of_the_derivation(depth: int) -> None:
    seen: Counter[str] = Counter()
    for sentence in sample_sentences(150, depth, np.random.default_rng(33)):
        *tokens, end = token_probabilities(sentence.english, depth)
        ((_, tree),) = parses(sentence.english, depth)
        assert [(token.category, token.counterpart) for token in tokens] == list(decisions(tree)), sentence.english
        assert (end.category, end.probability, end.counterpart) == ("structure", 1, "")
        seen.update(token.category + "/agrees" * bool(token.counterpart) for token in tokens)
    assert set(seen) == {"selection", "structure", "selection/agrees", "structure/agrees"}


def test_the_grammar_leaves_no_doubt_about_agreement() -> None:
    for sentence in sample_sentences(500, 3, np.random.default_rng(34)):
        assert not any(token.counterpart_probability for token in token_probabilities(sentence.english, 3))


def test_what_the_grammar_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not a sentence of the world at depth 3: 'Mary eat apples\.'"):
        token_probabilities("Mary eat apples.", 3)
    with pytest.raises(ValueError, match="no sentence of depth 0 begins with 'an dog'"):
        next_words(["an", "dog"], 0)
    with pytest.raises(ValueError, match="max_depth"):
        next_words([], 4)
