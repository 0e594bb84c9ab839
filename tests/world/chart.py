"""A parser for the world's English, written apart from the sampler: all derivations of a sentence, with probabilities.

It reads the same table of rules, but goes from the text to the derivations. Since the grammar is not left-recursive,
a memoised search from the top is a complete chart.
"""

from fractions import Fraction

from firth.world.derivation import Node
from firth.world.grammar import Symbol, rules_of

Derivation = tuple[Fraction, Node]


def tokens(sentence: str) -> list[str]:
    """Lower-case words of a sentence, the period apart, every *an* as *a*."""
    assert sentence.endswith(".")
    return ["a" if word == "an" else word for word in sentence[:-1].lower().split(" ")] + ["."]


def parses(sentence: str, depth: int) -> list[Derivation]:
    """All derivations of a sentence from ``("sentence", depth)``."""
    return derivations(("sentence", depth), tokens(sentence))


def derivations(root: Symbol, words: list[str]) -> list[Derivation]:
    """All derivations of lower-case words from a symbol."""
    chart: dict[tuple[Symbol, int], dict[int, list[Derivation]]] = {}

    def spans(symbol: Symbol, start: int) -> dict[int, list[Derivation]]:
        """End of span → derivations of ``symbol`` from ``start`` to there."""
        if (symbol, start) in chart:
            return chart[symbol, start]
        found: dict[int, list[Derivation]] = {}
        rules = rules_of(symbol)
        total = sum(rule.weight for rule in rules)
        for rule in rules:
            partial: list[tuple[int, Fraction, list[Node]]] = [(start, Fraction(rule.weight, total), [])]
            for part in rule.parts:
                longer = []
                for at, probability, children in partial:
                    if at == len(words):
                        continue
                    if isinstance(part, str):
                        if part.lower() == words[at]:
                            longer.append((at + 1, probability, children))
                        continue
                    for end, inner in spans(part, at).items():
                        longer += [(end, probability * p, [*children, node]) for p, node in inner]
                partial = longer
                if not partial:
                    break
            for end, probability, children in partial:
                found.setdefault(end, []).append((probability, (rule, children)))
        chart[symbol, start] = found
        return found

    return spans(root, 0).get(len(words), [])


def nesting(node: Node) -> int:
    """How many phrases or relative clauses that follow a noun are nested in one another."""
    rule, children = node
    deepest = max((nesting(child) for child in children), default=0)
    last = rule.parts[-1]
    return deepest + (getattr(rule.frame, "construction", "") == "noun" and last[0] != "word")
