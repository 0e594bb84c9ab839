"""The exact distribution over next words after any beginning of a sentence.

A beginning is kept as everything that the grammar can still make of it: stacks of symbols to be expanded, leftmost
first, each with the probability of the beginning together with that stack (Jelinek & Lafferty 1991 and Stolcke 1995
compute the same sums with a chart). No symbol yields nothing and none begins with itself, so a symbol has a finite
table of first words, which is computed once. Sums are exact or in a fixed order, so that every machine gets the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import fsum

from firth.corpora.world import english
from firth.corpora.world.grammar import Part, rules_of
from firth.corpora.world.sentences import check_depth

END = "<eos>"  # as in a vocabulary

Stack = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a sentence.

    Attributes
    ----------
    probability : that a sentence begins so; 0 where none does.
    stacks : what may still come → the probability that a sentence begins so *and* goes on by expanding that.
    article : ``a`` or ``an`` where it is the last word, since it tells something of the next one; otherwise empty.
    """

    probability: float
    stacks: dict[Stack, float]
    article: str = ""


def empty_prefix(max_depth: int) -> Prefix:
    """The beginning of every sentence of the grammar with nesting depth ``max_depth``, 0–3."""
    check_depth(max_depth)
    return Prefix(1.0, {(("sentence", max_depth), END): 1.0})


def extend(prefix: Prefix, token: str) -> Prefix:
    """The beginning that is one token longer: a word in any case, a period, or ``<eos>``.

    P(token | prefix) is ``extend(prefix, token).probability / prefix.probability``.
    """
    word = token.lower()
    if prefix.article and (prefix.article == "an") != english.takes_an(word):
        return Prefix(0.0, {})
    article = word if word in ("a", "an") else ""
    stacks: dict[Stack, float] = {}
    for stack, mass in prefix.stacks.items():
        for rest, probability in _first_words(stack[0]).get("a" if article else word, {}).items() if stack else ():
            longer = rest + stack[1:]
            stacks[longer] = stacks.get(longer, 0.0) + mass * probability
    if article:  # the grammar's "a" is spelled by the word that follows
        return Prefix(fsum(mass * _shares(stack[0])[article] for stack, mass in stacks.items()), stacks, article)
    return Prefix(fsum(stacks.values()), stacks)


def next_words(prefix: Sequence[str], max_depth: int) -> dict[str, float]:
    """P(word | prefix) of every word that can follow, lower case, ``.`` and ``<eos>`` among them.

    Parameters
    ----------
    prefix : the first words of a sentence, in any case; the period is a word.
    max_depth : nesting depth of the grammar, 0–3.

    Raises
    ------
    ValueError
        If no sentence begins so.
    """
    beginning = empty_prefix(max_depth)
    for word in prefix:
        beginning = extend(beginning, word)
    if not beginning.probability:
        raise ValueError(f"no sentence of depth {max_depth} begins with {' '.join(prefix)!r}")
    words = dict.fromkeys(word for stack in beginning.stacks if stack for word in _first_words(stack[0]))
    if "a" in words:
        words["an"] = None
    chances = {word: extend(beginning, word).probability / beginning.probability for word in words}
    return {word: chance for word, chance in chances.items() if chance}


@cache
def _first_words(part: Part) -> dict[str, dict[Stack, float]]:
    """First word that a part yields → what is left to expand after it → the probability of both."""
    if isinstance(part, str):
        return {part.lower(): {(): 1.0}}
    table: dict[str, dict[Stack, float]] = {}
    rules = rules_of(part)
    total = sum(rule.weight for rule in rules)
    for rule in rules:
        for word, rests in _first_words(rule.parts[0]).items():
            row = table.setdefault(word, {})
            for rest, probability in rests.items():
                longer = rest + rule.parts[1:]
                row[longer] = row.get(longer, 0.0) + rule.weight / total * probability
    return table


@cache
def _shares(part: Part) -> dict[str, float]:
    """The probabilities that the first word of a part wants *a* and *an* before it."""
    chances: dict[str, list[float]] = {"a": [], "an": []}
    for word, rests in _first_words(part).items():
        chances["an" if english.takes_an(word) else "a"] += rests.values()
    return {article: fsum(shares) for article, shares in chances.items()}
