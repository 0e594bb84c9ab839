"""The exact distribution over next words after any prefix of a sentence.

A prefix is represented by all stacks of symbols that remain to be expanded, leftmost first, each with the joint
probability of prefix and stack (Jelinek & Lafferty 1991 and Stolcke 1995 compute the same sums with a chart). The
grammar has no empty rules and no left recursion, so each symbol has a finite table of first words, computed once. Sums
are exact or in a fixed order, so that every machine computes the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import fsum

from firth.world import english
from firth.world.grammar import Part, rules_of
from firth.world.sentences import check_depth

END = "<eos>"  # as in vocabularies

Stack = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first tokens of a sentence.

    Attributes
    ----------
    probability : probability that a sentence begins with the prefix.
    stacks : symbols that remain to be expanded → joint probability of the prefix and these symbols.
    article : ``a`` or ``an`` if it is the last word, since it restricts the next word; otherwise empty.
    """

    probability: float
    stacks: dict[Stack, float]
    article: str = ""


def empty_prefix(max_depth: int) -> Prefix:
    """The empty prefix of the grammar with nesting depth ``max_depth``, 0–3."""
    check_depth(max_depth)
    return Prefix(1.0, {(("sentence", max_depth), END): 1.0})


def extend(prefix: Prefix, token: str) -> Prefix:
    """The prefix that is one token longer.

    P(token | prefix) is ``extend(prefix, token).probability / prefix.probability``.

    Parameters
    ----------
    token : a word in any case, the period, or ``<eos>``.
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
    if article:  # the grammar's "a" is written a or an, depending on the next word
        return Prefix(fsum(mass * _shares(stack[0])[article] for stack, mass in stacks.items()), stacks, article)
    return Prefix(fsum(stacks.values()), stacks)


def next_words(prefix: Sequence[str], max_depth: int) -> dict[str, float]:
    """P(word | prefix) of every possible next word in lower case, including ``.`` and ``<eos>``.

    Parameters
    ----------
    prefix : the first words of a sentence, in any case; the period is a word.
    max_depth : nesting depth of the grammar, 0–3.

    Raises
    ------
    ValueError
        If no sentence begins with the prefix.
    """
    seen = empty_prefix(max_depth)
    for word in prefix:
        seen = extend(seen, word)
    if not seen.probability:
        raise ValueError(f"no sentence of depth {max_depth} begins with {' '.join(prefix)!r}")
    words = dict.fromkeys(word for stack in seen.stacks if stack for word in _first_words(stack[0]))
    if "a" in words:
        words["an"] = None
    chances = {word: extend(seen, word).probability / seen.probability for word in words}
    return {word: chance for word, chance in chances.items() if chance}


@cache
def _first_words(part: Part) -> dict[str, dict[Stack, float]]:
    """First word of a part → symbols that remain to be expanded after it → probability of both."""
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
    """The probabilities that the first word of a part requires *a* and *an* before it."""
    chances: dict[str, list[float]] = {"a": [], "an": []}
    for word, rests in _first_words(part).items():
        chances["an" if english.takes_an(word) else "a"] += rests.values()
    return {article: fsum(shares) for article, shares in chances.items()}
