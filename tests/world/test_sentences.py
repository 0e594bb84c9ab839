"""The probabilities of the world's sentences are exact, and its English has one reading."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import exp, fsum, log

import numpy as np
import pytest
from world.chart import nesting, parses, tokens

from firth.world import Sentence, sample_sentences, word_forms
from firth.world.grammar import Symbol, rules_of


@pytest.fixture(scope="module")
def sample() -> list[Sentence]:
    return sample_sentences(4_000, 3, np.random.default_rng(11))


def _visits(start: Symbol) -> tuple[dict[Symbol, float], dict[str, float]]:
    """Expected number of visits to each symbol, and of occurrences of each word, in one sentence."""
    order: list[Symbol] = []
    seen: set[Symbol] = set()

    def walk(symbol: Symbol) -> None:
        seen.add(symbol)
        for rule in rules_of(symbol):
            for part in rule.parts:
                if not isinstance(part, str) and part not in seen:
                    walk(part)
        order.append(symbol)

    walk(start)
    visits: dict[Symbol, float] = dict.fromkeys(order, 0.0)
    visits[start] = 1.0
    words: dict[str, float] = defaultdict(float)
    for symbol in reversed(order):
        total = sum(rule.weight for rule in rules_of(symbol))
        for rule in rules_of(symbol):
            expected = visits[symbol] * rule.weight / total
            for part in rule.parts:
                if isinstance(part, str):
                    words[part.lower()] += expected
                else:
                    visits[part] += expected
    return visits, words


def _entropy(symbol: Symbol) -> float:
    weights = [rule.weight for rule in rules_of(symbol)]
    total = sum(weights)
    return -fsum(weight / total * log(weight / total) for weight in weights)


def _strings(symbol: Symbol) -> Iterator[tuple[str, Fraction]]:
    """Everything that a symbol yields, one item a derivation."""
    rules = rules_of(symbol)
    total = sum(rule.weight for rule in rules)
    for rule in rules:
        yields = [("", Fraction(rule.weight, total))]
        for part in rule.parts:
            tails = [(part, Fraction(1))] if isinstance(part, str) else list(_strings(part))
            yields = [(f"{head} {tail}", p * q) for head, p in yields for tail, q in tails]
        yield from yields


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_every_sentence_has_one_derivation_of_the_recorded_probability(depth: int) -> None:
    for sentence in sample_sentences(100, depth, np.random.default_rng(depth)):
        derivations = parses(sentence.english, depth)
        assert len(derivations) == 1, sentence.english
        assert log(derivations[0][0]) == pytest.approx(sentence.log_probability, abs=1e-9)


@pytest.mark.parametrize(
    "symbol",
    [
        ("phrase", "jewel", "singular", "object", 0),
        ("phrase", "drink", "singular", "negated", 0),
        ("object", "clean", "object", 0),
        ("predicate", "grow", "plant", "third", "present", 1, "main", 0),
        ("verb", "plant", "base", "relative", 0),
    ],
)
def test_probabilities_of_all_strings_of_a_symbol_sum_to_one_and_no_string_comes_twice(symbol: Symbol) -> None:
    strings = list(_strings(symbol))
    assert sum(probability for _, probability in strings) == 1
    assert max(Counter(string for string, _ in strings).values()) == 1


def test_sampled_probabilities_agree_with_the_exact_entropy(sample: list[Sentence]) -> None:
    visits, words = _visits(("sentence", 3))
    entropy = fsum(visits[symbol] * _entropy(symbol) for symbol in visits)
    surprisals = [-sentence.log_probability for sentence in sample]
    assert np.mean(surprisals) == pytest.approx(entropy, abs=4 * float(np.std(surprisals)) / len(sample) ** 0.5)
    length = sum(words.values())  # tokens with the period
    assert 8 <= length <= 10
    assert 8 <= exp(entropy / (length + 1)) <= 25


def test_no_form_belongs_to_two_lemmas_or_to_a_function_word() -> None:
    forms = [row.form for row in word_forms()]
    assert len(set(forms)) == len(forms)
    _, words = _visits(("sentence", 3))
    function_words = set(words) - set(forms)
    assert len(function_words) < 50
    assert {"the", "that", "does", "is", "i", "."} <= function_words


def test_lexicon_is_large_enough_and_every_form_is_frequent() -> None:
    rows = word_forms()
    assert len({row.lemma for row in rows}) >= 600
    assert len({row.word_class for row in rows}) >= 25
    _, words = _visits(("sentence", 3))
    rare = {row.form: 60_000 * words[row.form] for row in rows if 60_000 * words[row.form] < 15}
    assert not rare


def test_depth_limits_nesting_and_three_is_reached(sample: list[Sentence]) -> None:
    depths = Counter(nesting(parses(sentence.english, 3)[0][1]) for sentence in sample[:250])
    assert set(depths) == {0, 1, 2, 3}
    for shallow in sample_sentences(50, 1, np.random.default_rng(5)):
        assert nesting(parses(shallow.english, 1)[0][1]) <= 1
    for flat in sample_sentences(50, 0, np.random.default_rng(5)):
        assert nesting(parses(flat.english, 0)[0][1]) == 0


def test_a_good_share_of_subjects_is_parted_from_the_verb(sample: list[Sentence]) -> None:
    parted = 0
    for sentence in sample[:300]:
        rule, children = parses(sentence.english, 3)[0][1]
        if rule.parts[0][0] == "phrase":
            noun_rule = children[0][1][0][0]
            parted += noun_rule.parts[-1][0] != "word"
    assert 0.3 <= parted / 300 <= 0.45


def test_english_is_plainly_spelled(sample: list[Sentence]) -> None:
    for sentence in sample:
        assert re.fullmatch(r"[A-Z][a-zA-Z ]*[a-z]\.", sentence.english), sentence.english
        words = sentence.english[:-1].split(" ")
        for word, following in pairwise(words):
            if word.lower() in ("a", "an"):
                wants_an = following == "honest" or (following[0] in "aeiou" and following != "useful")
                assert (word.lower() == "an") == wants_an, sentence.english
        assert tokens(sentence.english)[-1] == "."


def test_french_is_plainly_spelled(sample: list[Sentence]) -> None:
    for sentence in sample:
        assert re.fullmatch(r"[A-ZÀÂÉÈÊÎÔ][\w' -]*\w\.", sentence.french), sentence.french
        assert not re.search(r"\b(de|à) les?\b", sentence.french), sentence.french
        assert not re.search(r"\b([lL][ea]|[jJ]e|ne|[dD]e|que|[mMsS]a|[cC]e) [aeiouâéèêîôœ]", sentence.french), sentence


def test_same_seed_gives_the_same_bytes() -> None:
    def digest(seed: int) -> str:
        pairs = sample_sentences(1_000, 3, np.random.default_rng(seed))
        return hashlib.sha256("".join(f"{p.english}\t{p.french}\n" for p in pairs).encode()).hexdigest()[:16]

    assert digest(7) == "9c8260cfb419cf07"
    assert digest(8) != digest(7)


@pytest.mark.parametrize("depth", [-1, 4])
def test_a_depth_that_the_grammar_does_not_have_is_refused(depth: int) -> None:
    with pytest.raises(ValueError, match="max_depth"):
        sample_sentences(1, depth, np.random.default_rng(0))
