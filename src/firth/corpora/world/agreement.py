"""Agreement pairs: a sentence up to its verb, the right form of the verb and the wrong one.

Linzen, Dupoux & Goldberg (2016) count the nouns between a subject and its verb that differ from it in number. Here the
prefixes come from the very grammar that the text comes from, conditioned on that count: the grammar's probabilities are
multiplied by the probability that a symbol yields so many nouns of a given number, and nothing is rejected.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, product
from math import prod
from typing import TypeVar

import numpy as np

from firth.corpora.world import english
from firth.corpora.world import preferences as prefer
from firth.corpora.world.derivation import uniforms
from firth.corpora.world.grammar import MAXIMUM_DEPTH, Part, Rule, Symbol, agreement, finite, numbers, rules_of
from firth.corpora.world.lexicon import Lexeme
from firth.corpora.world.sentences import check_depth

Value = TypeVar("Value")
OTHER = {"singular": "plural", "plural": "singular"}
Counts = tuple[int, ...]  # nouns asked of each symbol of a rule, in order
Option = tuple[tuple[Part, ...], Counts]


@dataclass(frozen=True)
class AgreementPair:
    """A prefix, and the forms of the verb that agrees and that doesn't.

    ``distractors`` is the number of nouns between subject and verb whose number differs from the subject's,
    ``controls`` that of nouns which share it.
    """

    prefix: str
    correct: str
    wrong: str
    distractors: int
    controls: int


def _symbols(rule: Rule) -> list[Symbol]:
    return [part for part in rule.parts if not isinstance(part, str)]


@cache
def noun_counts(symbol: Symbol, number: str) -> tuple[float, ...]:
    """Probability that ``symbol`` yields exactly k nouns and names, all of them of ``number``: shape (depth + 1,)."""
    counts = [0.0] * (MAXIMUM_DEPTH + 1)
    if symbol[0] == "word":
        lexeme = rules_of(symbol)[0].frame
        is_noun = isinstance(lexeme, Lexeme) and lexeme.part in ("noun", "name")
        if not is_noun or symbol[2] == number:
            counts[int(is_noun)] = 1.0
        return tuple(counts)
    rules = rules_of(symbol)
    total = sum(rule.weight for rule in rules)
    for rule in rules:
        for asked, weight in _splits(_symbols(rule), number):
            counts[sum(asked)] += rule.weight / total * weight
    return tuple(counts)


def _splits(symbols: list[Symbol], number: str) -> Iterator[tuple[Counts, float]]:
    """All ways to share out up to ``MAXIMUM_DEPTH`` nouns among symbols, with their probabilities."""
    tables = [[(k, p) for k, p in enumerate(noun_counts(symbol, number)) if p > 0] for symbol in symbols]
    for choice in product(*tables):
        asked = tuple(k for k, _ in choice)
        if sum(asked) <= MAXIMUM_DEPTH:
            yield asked, prod(p for _, p in choice)


def _pick(options: tuple[list[float], list[Value]], draws: Iterator[float]) -> Value:
    cumulative, values = options
    return values[bisect_right(cumulative, next(draws) * cumulative[-1], 0, len(values) - 1)]


@cache
def _options(symbol: Symbol, number: str, nouns: int) -> tuple[list[float], list[Option]]:
    """Rules of a symbol with the nouns asked of their parts, given that there are ``nouns`` in all."""
    weights: list[float] = []
    options: list[Option] = []
    for rule in rules_of(symbol):
        if symbol[0] == "word":
            weights.append(float(rule.weight))
            options.append((rule.parts, ()))
            continue
        for asked, weight in _splits(_symbols(rule), number):
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
    """Subjects with a number of nouns after the head: class, number, determiner, and the options of the rest."""
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
    """Verb class and negation of main clauses in the present."""
    rules = rules_of(("verb", subject, agreement(number), "main", 0))
    chosen = [(rule.weight, symbol) for rule in rules for symbol in _symbols(rule) if symbol[4] == "present"]
    return list(accumulate(float(w) for w, _ in chosen)), [(str(s[1]), int(s[5])) for _, s in chosen]


def _pair(nouns: int, same: bool, depth: int, draws: Iterator[float]) -> AgreementPair:
    subject, number, phrase, option = _pick(_heads(nouns, same, depth), draws)
    words = [part for part in phrase.parts if isinstance(part, str)]
    words += _write(option, number if same else OTHER[number], draws)
    verb_class, negated = _pick(_present_verbs(subject, number), draws)
    right = finite(verb_class, agreement(number), "present", negated)[0]
    wrong = finite(verb_class, agreement(OTHER[number]), "present", negated)[0]
    if not isinstance(right, str) and not isinstance(wrong, str):
        weights = list(accumulate(float(rule.weight) for rule in rules_of(right)))
        rank = _pick((weights, list(range(len(weights)))), draws)
        right, wrong = (rules_of(form)[rank].parts[0] for form in (right, wrong))
    return AgreementPair(english.write_words(words), str(right), str(wrong), 0 if same else nouns, nouns if same else 0)


def sample_agreement_pairs(count: int, max_depth: int, generator: np.random.Generator) -> list[AgreementPair]:
    """Draw agreement pairs by the number of nouns between subject and verb.

    Parameters
    ----------
    count : int
        Pairs a condition.
    max_depth : int
        Nesting depth of the grammar, 0–3; there are at most as many intervening nouns.
    generator : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    list of AgreementPair
        ``count`` pairs with 0, 1, … ``max_depth`` distractors and no controls, then ``count`` pairs with 1, …
        ``max_depth`` controls and no distractors.
    """
    check_depth(max_depth)
    draws = uniforms(generator)
    conditions = [(k, False) for k in range(max_depth + 1)] + [(k, True) for k in range(1, max_depth + 1)]
    return [_pair(nouns, same, max_depth, draws) for nouns, same in conditions for _ in range(count)]
