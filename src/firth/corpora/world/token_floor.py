"""What the grammar says of every token of a sentence: its probability, and which decisions stand in it.

Three kinds of decision make up a text. *Agreement* is the choice between the two forms of a finite verb that differ by
their subject's number or person. *Selection* is the choice of a content word: noun, name, adjective, adverb, or verb
with its tense. *Structure* is all else: determiners, pronouns, prepositions, auxiliaries, relative clauses, periods.

A finite verb is two decisions in one token: which verb, and in which of the two forms. They are told apart by the
probability of its *counterpart*, the other form in the same place: the token's −log p is −log(p + q) of the verb and
−log(p / (p + q)) of the form, q being the counterpart's.
"""

from dataclasses import dataclass
from functools import cache

from firth.corpora.world import english
from firth.corpora.world.lexicon import lexemes
from firth.corpora.world.prefixes import END, empty_prefix, extend

# "I am" has no plural; its counterpart is the form of another person.
AUXILIARIES = {"is": "are", "are": "is", "am": "is", "was": "were", "were": "was", "does": "do", "do": "does"}
BEFORE_INFINITIVES = ("will", "not")  # a verb's base form directly after them is not finite


@dataclass(frozen=True, slots=True)
class TokenProbability:
    """One token as it stands in the text, or ``<eos>``, and its probability given the tokens before it.

    ``category`` is ``selection`` or ``structure``. ``counterpart`` is the form that would agree with another subject
    and ``counterpart_probability`` that form's in the same place; a token that doesn't agree has an empty one and 0.
    """

    token: str
    category: str
    probability: float
    counterpart: str
    counterpart_probability: float


def token_probabilities(sentence: str, max_depth: int) -> list[TokenProbability]:
    """The exact probability of each token of a sentence; their product is the sentence's.

    Parameters
    ----------
    sentence : as ``sample_sentences`` writes it, period included.
    max_depth : nesting depth of the grammar that it comes from, 0–3.

    Returns
    -------
    list of TokenProbability
        One for each word, the period and ``<eos>``.

    Raises
    ------
    ValueError
        If the grammar has no such sentence.
    """
    tokens = [*sentence.removesuffix(".").split(" "), ".", END]
    prefix, previous, result = empty_prefix(max_depth), "", []
    for token in tokens:
        longer = extend(prefix, token)
        if not longer.probability:
            raise ValueError(f"not a sentence of the world at depth {max_depth}: {sentence!r}")
        other = _counterpart(token, previous)
        chance = extend(prefix, other).probability / prefix.probability if other else 0.0
        category = "selection" if token.lower() in _content_forms() else "structure"
        result.append(TokenProbability(token, category, longer.probability / prefix.probability, other, chance))
        prefix, previous = longer, token
    return result


def _counterpart(token: str, previous: str) -> str:
    if previous in BEFORE_INFINITIVES:
        return ""
    return AUXILIARIES.get(token) or _content_forms().get(token.lower(), "")


@cache
def _content_forms() -> dict[str, str]:
    """Every form of a content word → its counterpart, where it is a verb's in the present, otherwise empty."""
    forms: dict[str, str] = {}
    for lexeme in lexemes():
        written = english.forms(lexeme)
        forms |= {form.lower(): "" for form in written.values()}
        if lexeme.part == "verb":
            forms |= {written["third"]: written["base"], written["base"]: written["third"]}
    return forms
