"""Agreement pairs: a sentence up to its verb, the verb form that agrees with the subject and the one that doesn't.

Attractors are nouns between subject and verb whose number differs from the subject's (Linzen, Dupoux & Goldberg 2016).
Prefixes are sampled from the text's own grammar, conditioned on the number of attractors, without rejection: the weight
of a rule is multiplied by the probability that its symbols yield that number of nouns.

*Neutral* prefixes have words between subject and verb that don't show number: no noun, and no verb form that agrees
("the cars that stopped"). A model that ignores the subject is right in half of them.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, islice, product
from math import prod
from typing import TypeVar

import numpy as np

from firth.world import english
from firth.world import preferences as prefer
from firth.world.derivation import uniforms
from firth.world.grammar import BE, MAXIMUM_DEPTH, Part, Rule, Symbol, agreement, finite, numbers, rules_of
from firth.world.lexicon import Lexeme, lexemes
from firth.world.sentences import check_depth

Value = TypeVar("Value")
OTHER = {"singular": "plural", "plural": "singular"}
NEITHER = "neither"  # in place of a number: no nouns at all, and no verb form that agrees
AGREEING = {form for forms in BE.values() for form in forms.values()} - {"be"} | {"does", "do"}
MOST_DRAWS = 16  # random choices reserved for a neutral prefix and its verb; no more than 11 are made
Counts = tuple[int, ...]  # number of nouns that each symbol of a rule must yield, in order
Option = tuple[tuple[Part, ...], Counts]  # right-hand side of a rule, and those numbers


@dataclass(frozen=True)
class AgreementPair:
    """A prefix, the verb form that agrees with the subject, and the one that doesn't.

    Attributes
    ----------
    attractors : nouns between subject and verb whose number differs from the subject's.
    intervening_nouns : nouns between subject and verb that have the subject's number.
    distance : words between the subject's head noun and the verb.
    adjacent_attractor : whether the last word before the verb is an attractor.
    neutral : whether there are words between subject and verb, and none of them shows number.
    """

    prefix: str
    correct: str
    wrong: str
    attractors: int
    intervening_nouns: int
    distance: int
    adjacent_attractor: bool = False
    neutral: bool = False


def _symbols(rule: Rule) -> list[Symbol]:
    return [part for part in rule.parts if not isinstance(part, str)]


@cache
def noun_counts(symbol: Symbol, number: str) -> tuple[float, ...]:
    """Probability that ``symbol`` yields exactly k nouns and names, all of them of ``number``: (MAXIMUM_DEPTH + 1,).

    With ``NEITHER``, entry 0 is the probability that nothing in it shows number, and the others are 0.
    """
    counts = [0.0] * (MAXIMUM_DEPTH + 1)
    if symbol[0] == "word":
        lexeme = rules_of(symbol)[0].frame
        is_noun = isinstance(lexeme, Lexeme) and lexeme.part in ("noun", "name")
        agrees = isinstance(lexeme, Lexeme) and lexeme.part == "verb" and symbol[2] != "past"
        if symbol[2] == number or not (is_noun or (agrees and number == NEITHER)):
            counts[int(is_noun)] = 1.0
        return tuple(counts)
    rules = rules_of(symbol)
    total = sum(rule.weight for rule in rules)
    for rule in rules:
        for asked, weight in _splits(rule, number):
            counts[sum(asked)] += rule.weight / total * weight
    return tuple(counts)


def _splits(rule: Rule, number: str) -> Iterator[tuple[Counts, float]]:
    """All ways to divide up to ``MAXIMUM_DEPTH`` nouns among a rule's symbols, with their probabilities."""
    if number == NEITHER and not AGREEING.isdisjoint(rule.parts):
        return
    tables = [[(k, p) for k, p in enumerate(noun_counts(symbol, number)) if p > 0] for symbol in _symbols(rule)]
    for choice in product(*tables):
        asked = tuple(k for k, _ in choice)
        if sum(asked) <= MAXIMUM_DEPTH:
            yield asked, prod(p for _, p in choice)


def _pick(options: tuple[list[float], list[Value]], draws: Iterator[float]) -> Value:
    cumulative, values = options
    return values[bisect_right(cumulative, next(draws) * cumulative[-1], 0, len(values) - 1)]


@cache
def _options(symbol: Symbol, number: str, nouns: int) -> tuple[list[float], list[Option]]:
    """Cumulative weights and right-hand sides of a symbol's rules, given that the symbol yields ``nouns`` nouns."""
    weights: list[float] = []
    options: list[Option] = []
    for rule in rules_of(symbol):
        if symbol[0] == "word":
            weights.append(float(rule.weight))
            options.append((rule.parts, ()))
            continue
        for asked, weight in _splits(rule, number):
            if sum(asked) == nouns:
                weights.append(rule.weight * weight)
                options.append((rule.parts, asked))
    return list(accumulate(weights)), options


def _write(option: Option, number: str, draws: Iterator[float]) -> list[str]:
    parts, asked = option
    words: list[str] = []
    counts = iter(asked)
    for part in parts:
        if isinstance(part, str):
            words.append(part)
        else:
            nouns = next(counts, 0)
            words += _write(_pick(_options(part, number, nouns), draws), number, draws)
    return words


@cache
def _heads(nouns: int, same: bool, depth: int) -> tuple[list[float], list[tuple[str, str, Rule, Option]]]:
    """Subjects with ``nouns`` nouns after the head: class, number, rule of the determiner, rule of the rest.

    ``same`` says whether these nouns have the subject's number.
    """
    weights, heads = [], []
    for subject, share in prefer.SUBJECTS.items():
        if subject in ("pronoun", "name"):
            continue
        for number, chance in numbers(subject).items():
            counted = number if same else OTHER[number]
            for phrase in rules_of(("phrase", subject, number, "subject", depth)) if chance else ():
                noun = _symbols(phrase)[-1]
                total = sum(rule.weight for rule in rules_of(noun))
                for rule in rules_of(noun):
                    followers = [symbol for symbol in _symbols(rule) if symbol[0] != "word"]
                    matching = prod(noun_counts(symbol, counted)[nouns] for symbol in followers)
                    if not followers:
                        matching = float(nouns == 0)
                    if matching:
                        asked = tuple(nouns if symbol[0] != "word" else 0 for symbol in _symbols(rule))
                        scale = share * chance / sum(numbers(subject).values()) / 100
                        weights.append(scale * phrase.weight * rule.weight / total * matching)
                        heads.append((subject, number, phrase, (rule.parts, asked)))
    return list(accumulate(weights)), heads


@cache
def _present_verbs(subject: str, number: str) -> tuple[list[float], list[tuple[str, int]]]:
    """Cumulative weights and (verb class, negation) of main clauses in the present."""
    rules = rules_of(("verb", subject, agreement(number), "main", 0))
    chosen = [(rule.weight, symbol) for rule in rules for symbol in _symbols(rule) if symbol[4] == "present"]
    return list(accumulate(float(w) for w, _ in chosen)), [(str(s[1]), int(s[5])) for _, s in chosen]


@cache
def _neutral_heads(number: str, depth: int) -> tuple[list[float], list[tuple[str, Option]]]:
    """Subjects with neutral words after the head: class, rule of the rest. Both numbers have the same weights."""
    weights, heads = [], []
    for subject, share in prefer.SUBJECTS.items():
        if subject in ("pronoun", "name") or number not in numbers(subject) or len(numbers(subject)) == 1:
            continue
        rules = rules_of(("noun", subject, number, "subject", depth))
        total = sum(rule.weight for rule in rules)
        for rule in rules:
            followers = [symbol for symbol in _symbols(rule) if symbol[0] != "word"]
            matching = prod(noun_counts(symbol, NEITHER)[0] for symbol in followers)
            if followers and matching:
                weights.append(share * rule.weight / total * matching)
                heads.append((subject, (rule.parts, (0,) * len(rule.parts))))
    return list(accumulate(weights)), heads


def _verb_forms(subject: str, number: str, draws: Iterator[float]) -> tuple[str, str]:
    """A verb of the main clause in the present: the form that agrees with ``number``, and the form that doesn't."""
    verb_class, negated = _pick(_present_verbs(subject, number), draws)
    right = finite(verb_class, agreement(number), "present", negated)[0]
    wrong = finite(verb_class, agreement(OTHER[number]), "present", negated)[0]
    if not isinstance(right, str) and not isinstance(wrong, str):
        weights = list(accumulate(float(rule.weight) for rule in rules_of(right)))
        rank = _pick((weights, list(range(len(weights)))), draws)
        right, wrong = (rules_of(form)[rank].parts[0] for form in (right, wrong))
    return str(right), str(wrong)


def _distance(words: list[str], determiner: list[str], option: Option) -> int:
    """Words after the head noun, which is the last word symbol of the noun's rule."""
    return len(words) - len(determiner) - sum(part[0] == "word" for part in option[0] if not isinstance(part, str))


@cache
def _noun_forms() -> frozenset[str]:
    """Every form of every noun and name; no form also belongs to another part of speech."""
    nouns = (lexeme for lexeme in lexemes() if lexeme.part in ("noun", "name"))
    return frozenset(form for noun in nouns for form in english.forms(noun).values())


def _pair(nouns: int, same: bool, depth: int, draws: Iterator[float]) -> AgreementPair:
    subject, number, phrase, option = _pick(_heads(nouns, same, depth), draws)
    determiner = [part for part in phrase.parts if isinstance(part, str)]
    words = determiner + _write(option, number if same else OTHER[number], draws)
    right, wrong = _verb_forms(subject, number, draws)
    distance = _distance(words, determiner, option)
    return AgreementPair(
        english.write_words(words),
        right,
        wrong,
        attractors=0 if same else nouns,
        intervening_nouns=nouns if same else 0,
        distance=distance,
        adjacent_attractor=not same and nouns > 0 and words[-1] in _noun_forms(),
    )


def _neutral_pair(number: str, depth: int, draws: Iterator[float]) -> AgreementPair:
    subject, option = _pick(_neutral_heads(number, depth), draws)
    phrases = rules_of(("phrase", subject, number, "subject", depth))
    phrase = _pick((list(accumulate(float(rule.weight) for rule in phrases)), list(phrases)), draws)
    determiner = [part for part in phrase.parts if isinstance(part, str)]
    words = determiner + _write(option, NEITHER, draws)
    right, wrong = _verb_forms(subject, number, draws)
    distance = _distance(words, determiner, option)
    return AgreementPair(english.write_words(words), right, wrong, 0, 0, distance, neutral=True)


def _neutral_pairs(depth: int, draws: Iterator[float]) -> Iterator[AgreementPair]:
    """Pairs with a singular subject, each followed by the same prefix with a plural subject.

    The same draws choose the same words for both, except the determiner, so that a model that ignores the subject is
    right in exactly one of the two.
    """
    while True:
        chosen = list(islice(draws, MOST_DRAWS))
        for number in OTHER:
            yield _neutral_pair(number, depth, iter(chosen))


def sample_agreement_pairs(count: int, max_depth: int, generator: np.random.Generator) -> list[AgreementPair]:
    """Draw agreement pairs by the number of nouns between subject and verb.

    Parameters
    ----------
    count : int
        Pairs per condition.
    max_depth : int
        Nesting depth of the grammar, 0–3, and the largest number of nouns between subject and verb.
    generator : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    list of AgreementPair
        ``count`` pairs with 0, 1, … ``max_depth`` attractors alone, then ``count`` pairs with 1, … ``max_depth``
        intervening nouns of the subject's number alone, then ``count`` neutral pairs, half of them with a plural
        subject. At depth 0, where nothing follows a noun, there are no neutral pairs.
    """
    check_depth(max_depth)
    draws = uniforms(generator)
    conditions = [(k, False) for k in range(max_depth + 1)] + [(k, True) for k in range(1, max_depth + 1)]
    pairs = [_pair(nouns, same, max_depth, draws) for nouns, same in conditions for _ in range(count)]
    return pairs + list(islice(_neutral_pairs(max_depth, draws), count if max_depth else 0))
