"""Sampling derivations of the grammar.

Every choice compares one uniform number with cumulative integer weights, so that a derivation depends on the seed alone
and not on the machine.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from math import log

import numpy as np

from firth.world.grammar import Rule, Symbol, rules_of

BLOCK = 65_536  # uniforms drawn at a time

Node = tuple[Rule, list["Node"]]  # a rule and the derivations of its symbols, in order


class Table:
    """The rules of one symbol with cumulative weights; filled on first use, since many symbols are rarely reached."""

    __slots__ = ("cumulative", "last", "rules", "symbol", "total")

    def __init__(self, symbol: Symbol) -> None:
        self.symbol = symbol
        self.cumulative: list[int] = []
        self.total = 0
        self.last = -1
        self.rules: list[tuple[float, Rule, tuple[str | Table, ...]]] = []

    def fill(self) -> None:
        """Compute cumulative weights and log probabilities of the symbol's rules."""
        rules = rules_of(self.symbol)
        self.cumulative = list(accumulate(rule.weight for rule in rules))
        self.total = self.cumulative[-1]
        self.last = len(rules) - 1
        for rule in rules:
            parts = tuple(part if isinstance(part, str) else table_of(part) for part in rule.parts)
            self.rules.append((log(rule.weight / self.total), rule, parts))


@cache
def table_of(symbol: Symbol) -> Table:
    """The table of a symbol; the same object at each call."""
    return Table(symbol)


def uniforms(generator: np.random.Generator) -> Iterator[float]:
    """Endless uniform numbers in [0, 1), drawn from ``generator`` in blocks."""
    while True:
        yield from generator.random(BLOCK).tolist()


def derive(table: Table, draws: Iterator[float], words: list[str], logs: list[float]) -> Node:
    """Expand a symbol at random.

    English words are appended to ``words``, and the natural logarithm of each choice's probability to ``logs``.
    """
    if table.last < 0:
        table.fill()
    # The bound matters only if rounding makes the product equal to the total.
    index = bisect_right(table.cumulative, next(draws) * table.total, 0, table.last)
    log_probability, rule, parts = table.rules[index]
    logs.append(log_probability)
    children: list[Node] = []
    for part in parts:
        if part.__class__ is str:
            words.append(part)
        else:
            children.append(derive(part, draws, words, logs))  # type: ignore[arg-type]
    return rule, children
