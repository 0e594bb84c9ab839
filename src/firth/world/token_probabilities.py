"""The source's probability of every token of a sentence, split by kind of choice: agreement, selection, structure.

The mean of −log p over a text estimates the source entropy (in nats per token), the lowest cross-entropy that a
language model can expect. It is the sum over three kinds of choice. *Agreement* is the choice between the two forms of
a finite verb that differ in the subject's number or person. *Selection* is the choice of a content word: noun, name,
adjective, adverb, or verb with its tense. *Structure* is every other choice: determiners, pronouns, prepositions,
auxiliaries, relative clauses, periods.

A finite verb combines two choices, the verb and its form. The probability q of its *counterpart*, the other form in the
same position, separates them: −log p = −log(p + q) [the verb] − log(p / (p + q)) [its form].
"""

from dataclasses import dataclass
from functools import cache

from firth.world import english
from firth.world.lexicon import lexemes
from firth.world.prefixes import END, empty_prefix, extend

# "I am" has no plural; its counterpart is the form of another person.
AUXILIARIES = {"is": "are", "are": "is", "am": "is", "was": "were", "were": "was", "does": "do", "do": "does"}
BEFORE_INFINITIVES = ("will", "not")  # a verb's base form directly after them is not finite


@dataclass(frozen=True, slots=True)
class TokenProbability:
    """One token, or ``<eos>``, and its probability given the tokens before it.

    Attributes
    ----------
    token : as it is written in the text.
    category : ``selection`` or ``structure``.
    probability : P(token | tokens before it).
    counterpart : the form that would agree with another subject; empty if the token doesn't agree with a subject.
    counterpart_probability : P(counterpart | tokens before it); 0 if there is none.
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
    max_depth : nesting depth of the grammar, 0–3.

    Returns
    -------
    list of TokenProbability
        One for each word, the period and ``<eos>``.

    Raises
    ------
    ValueError
        If the grammar doesn't generate the sentence.
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
    """Every form of a content word → its counterpart if it is a verb in the present, otherwise empty."""
    forms: dict[str, str] = {}
    for lexeme in lexemes():
        written = english.forms(lexeme)
        forms |= {form.lower(): "" for form in written.values()}
        if lexeme.part == "verb":
            forms |= {written["third"]: written["base"], written["base"]: written["third"]}
    return forms
