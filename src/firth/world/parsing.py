"""The translation that the world's grammar gives an English sentence: its derivation, found again from its words.

The grammar has no empty rules and no left recursion, so that symbols can be expanded from the left, each one once at
each word. English is unambiguous (see ``grammar``), so that a sentence has one derivation.
"""

from collections.abc import Iterator, Sequence

from firth.world.derivation import Node
from firth.world.grammar import Part, Symbol, rules_of
from firth.world.sentences import check_depth
from firth.world.translation import translate


def translation_of(words: Sequence[str], max_depth: int) -> str | None:
    """The French translation of an English sentence; None if the grammar lacks the sentence.

    Parameters
    ----------
    words : in any case, the period included.
    max_depth : nesting depth of the grammar, 0–3.
    """
    check_depth(max_depth)
    parser = _Parser([{"an": "a"}.get(word.lower(), word.lower()) for word in words])
    for end, tree in parser.derivations(("sentence", max_depth), 0):
        if end == len(words):
            return translate(tree)
    return None


class _Parser:
    """Derivations of parts of one sentence.

    Parameters
    ----------
    words : in lower case, with *a* for *an*.
    """

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.found: dict[tuple[Symbol, int], list[tuple[int, Node]]] = {}

    def derivations(self, symbol: Symbol, start: int) -> list[tuple[int, Node]]:
        """The derivations of a symbol that begin at a word, each with the index after its last word."""
        key = symbol, start
        if key not in self.found:
            self.found[key] = [
                (end, (rule, children))
                for rule in rules_of(symbol)
                for end, children in self._expanded(rule.parts, start)
            ]
        return self.found[key]

    def _expanded(self, parts: tuple[Part, ...], start: int) -> Iterator[tuple[int, list[Node]]]:
        """The derivations of the symbols among the parts of a rule, one part after another."""
        if not parts:
            yield start, []
            return
        if start == len(self.words):
            return
        first, rest = parts[0], parts[1:]
        if isinstance(first, str):
            if self.words[start] == first.lower():
                yield from self._expanded(rest, start + 1)
        else:
            for middle, child in self.derivations(first, start):
                for end, children in self._expanded(rest, middle):
                    yield end, [child, *children]
