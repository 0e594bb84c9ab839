"""The synchronous grammar: symbols, their rules, and the rules' integer weights.

A symbol is a tuple whose first element is its kind. A rule rewrites a symbol as English words (strings) and symbols;
its frame determines how the French side is built from the same parts (see ``translation``). A rule's probability is its
weight over the sum of the weights of the symbol's rules: an exact rational, the same on every machine.

Kinds of symbols, where ``depth`` is the number of noun phrases that may still be nested:

- ``("sentence", depth)``
- ``("phrase", class, number, role, depth)``: a noun phrase, determiner included
- ``("noun", class, number, role, depth)``: noun, adjective, and a phrase or relative clause after them
- ``("preposition", which, class, depth)``: a prepositional phrase after a noun (``which`` is ``attached``) or after *to
  be* (``position``)
- ``("subject_relative", class, number, depth)``, ``("object_relative", class, depth)``
- ``("verb", class, agreement, mode, depth)``: choice of verb class and tense
- ``("predicate", class, subject, agreement, tense, mode, depth)``: verb, complement, adverb
- ``("object", verb class, role, depth)``, ``("goal", verb class, depth)``, ``("setting", verb class, depth)``
- ``("clause", mode)``: the clause after *say that*
- ``("word", class, form)``: a lexeme

English is unambiguous: no word form belongs to two lemmas or parts of speech; a noun has at most one phrase or relative
clause, which follows it and belongs to the nearest noun; adverbs occur only at the end of main clauses; prepositional
phrases of verbs follow verbs without an object.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from firth.world import english
from firth.world import preferences as prefer
from firth.world.lexicon import Lexeme, classes

Symbol = tuple[str | int, ...]
Part = str | Symbol

MAXIMUM_DEPTH = 3
ZIPF_EXPONENT = 1.0
# % of nouns with a phrase or clause after them
MODIFIED = {"subject": 43, "place": 34, "object": 16, "negated": 16, "embedded": 18}
QUALIFIED = 26  # % of nouns with an adjective
TENSES = {  # (French tense, negated): weight
    "main": {("present", 0): 48, ("past", 0): 24, ("future", 0): 10, ("present", 1): 9, ("past", 1): 5,
             ("future", 1): 4},
    "relative": {("present", 0): 76, ("past", 0): 24},
    "say": {("present", 0): 65, ("past", 0): 35},
    "said_now": {("present", 0): 60, ("past", 0): 25, ("future", 0): 15},
    "said_then": {("imperfect", 0): 100},
}  # fmt: skip
BE = {
    "present": {"third": "is", "base": "are", "first": "am"},
    "past": {"third": "was", "base": "were", "first": "was"},
    "imperfect": {"third": "was", "base": "were", "first": "was"},
    "future": {"third": "be", "base": "be", "first": "be"},
}


@dataclass(frozen=True, slots=True)
class Frame:
    """How the French side of a rule is built: construction, word, tense, role, negation."""

    construction: str
    word: str = ""
    tense: str = ""
    role: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to rewrite a symbol; ``frame`` is the lexeme itself if the rule emits one."""

    weight: int
    parts: tuple[Part, ...]
    frame: Frame | Lexeme


@cache
def rules_of(symbol: Symbol) -> tuple[Rule, ...]:
    """All rules that rewrite ``symbol``, at least one."""
    kind, *features = symbol
    return tuple(rule for rule in _EXPANSIONS[str(kind)](*features) if rule.weight > 0)


def numbers(word_class: str) -> dict[str, int]:
    """Grammatical number → weight, for nouns of a class."""
    return {"singular": 1} if word_class in english.MASS_CLASSES else {"singular": 11, "plural": 9}


def agreement(number: str) -> str:
    """The verb form that a noun of this number takes in the present."""
    return "base" if number == "plural" else "third"


def _word(word_class: str, form: str) -> list[Rule]:
    members = classes()[word_class]
    return [
        Rule(round(10_000 * rank**-ZIPF_EXPONENT), (english.forms(lexeme)[form],), lexeme)
        for rank, lexeme in enumerate(members, start=1)
    ]


def _sentence(depth: int) -> list[Rule]:
    rules = []
    for subject, weight in prefer.SUBJECTS.items():
        if subject == "pronoun":
            for word, share in prefer.PRONOUN_WEIGHTS.items():
                verb = ("verb", "name", prefer.PRONOUNS[word][0], "main", depth)
                rules.append(Rule(weight * share * 20, (word, verb, "."), Frame("sentence", word)))
        elif subject == "name":
            verb = ("verb", "name", "third", "main", depth)
            rules.append(Rule(weight * 2_000, (("word", "name", "singular"), verb, "."), Frame("sentence")))
        else:
            for number, share in numbers(subject).items():
                phrase = ("phrase", subject, number, "subject", depth)
                verb = ("verb", subject, agreement(number), "main", depth)
                total = sum(numbers(subject).values())
                rules.append(Rule(weight * share * 2_000 // total, (phrase, verb, "."), Frame("sentence")))
    return rules


def _clause(mode: str) -> list[Rule]:
    rules = []
    for subject in ("name", "profession", "family", "child", "pet"):
        for number in ("singular",) if subject == "name" else ("singular", "plural"):
            phrase: Symbol = ("phrase", subject, number, "subject", 0)
            weight = 1
            if subject == "name":
                phrase, weight = ("word", "name", "singular"), 3
            verb = ("verb", subject, agreement(number), mode, 0)
            rules.append(Rule(weight, (phrase, verb), Frame("clause")))
    return rules


def _phrase(word_class: str, number: str, role: str, depth: int) -> list[Rule]:
    column = "mass" if word_class in english.MASS_CLASSES else number
    table = prefer.DETERMINERS["subject" if role == "embedded" else role, column]
    noun = ("noun", word_class, number, role, depth)
    return [
        Rule(weight, (word, noun) if word else (noun,), Frame("phrase", word, role=role))
        for word, weight in table.items()
    ]


def _noun(word_class: str, number: str, role: str, depth: int) -> list[Rule]:
    noun: Symbol = ("word", word_class, number)
    followers: list[tuple[int, tuple[Symbol, ...]]] = [(100, ())]
    if depth > 0:
        share = MODIFIED[role]
        attached: Symbol = ("preposition", "attached", word_class, depth - 1)
        choices: list[tuple[int, Symbol]] = [(40, attached)]
        if word_class in prefer.VERBS:
            choices.append((34, ("subject_relative", word_class, number, depth - 1)))
        if rules_of(("object_relative", word_class, depth - 1)):
            choices.append((26, ("object_relative", word_class, depth - 1)))
        total = sum(weight for weight, _ in choices)
        followers = [(100 - share, ())] + [(round(share * weight / total), (symbol,)) for weight, symbol in choices]
    rules = []
    for weight, after in followers:
        rules.append(Rule(weight * (100 - QUALIFIED), (noun, *after), Frame("noun")))
        total = sum(prefer.QUALITIES[word_class].values())
        for quality, share in prefer.QUALITIES[word_class].items():
            parts = (("word", quality, "singular"), noun, *after)
            rules.append(Rule(weight * QUALIFIED * share // total, parts, Frame("noun", "adjective")))
    return rules


def _preposition(which: str, word_class: str, depth: int) -> list[Rule]:
    table = prefer.ATTACHMENTS if which == "attached" else {**prefer.ATTACHMENTS, **prefer.POSITIONS}
    return [
        Rule(weight * share * 20 // sum(numbers(place).values()), (word, ("phrase", place, number, "place", depth)),
             Frame("preposition", word))
        for (word, place), weight in table[word_class].items()
        for number, share in numbers(place).items()
    ]  # fmt: skip


def _subject_relative(word_class: str, number: str, depth: int) -> list[Rule]:
    verb = ("verb", word_class, agreement(number), "relative", depth)
    return [Rule(1, ("that", verb), Frame("subject_relative"))]


def _object_relative(word_class: str, depth: int) -> list[Rule]:
    rules = []
    for verb_class, objects in prefer.OBJECTS.items():
        for subject, table in prefer.VERBS.items():
            weight = objects.get(word_class, 0) * table.get(verb_class, 0)
            for number, share in {"singular": 20}.items() if subject == "name" else numbers(subject).items():
                phrase: Symbol = ("phrase", subject, number, "embedded", depth)
                if subject == "name":
                    phrase = ("word", "name", "singular")
                for (tense, _), chance in TENSES["relative"].items():
                    verb = ("word", verb_class, agreement(number) if tense == "present" else "past")
                    frame = Frame("object_relative", tense=tense)
                    rules.append(Rule(weight * share * chance, ("that", phrase, verb), frame))
    return rules


def _verb(subject: str, agrees: str, mode: str, depth: int) -> list[Rule]:
    rules = []
    for verb_class, weight in prefer.VERBS.get(subject, prefer.STILL).items():
        if verb_class == "say" and mode != "main":
            continue
        tenses = TENSES["say" if verb_class == "say" else mode]
        total = sum(tenses.values())
        for (tense, negated), share in tenses.items():
            predicate = ("predicate", verb_class, subject, agrees, tense, negated, mode, depth)
            rules.append(Rule(weight * share * 1_000 // total, (predicate,), Frame("verb")))
    return rules


def finite(verb_class: str, agrees: str, tense: str, negated: int) -> tuple[Part, ...]:
    """The English verb group: is not, does not eat, will eat, ate."""
    if verb_class in prefer.STATES:
        group = ("will",) if tense == "future" else (BE[tense][agrees],)
        return (*group, *(("not",) if negated else ()), *(("be",) if tense == "future" else ()))
    if tense == "future":
        return ("will", *(("not",) if negated else ()), ("word", verb_class, "base"))
    if negated:
        helper = "did" if tense == "past" else "does" if agrees == "third" else "do"
        return (helper, "not", ("word", verb_class, "base"))
    plain = "base" if agrees == "first" else agrees
    return (("word", verb_class, plain if tense == "present" else "past"),)


def _complements(
    verb_class: str, subject: str, tense: str, negated: int, depth: int
) -> list[tuple[int, tuple[Part, ...]]]:
    """(weight, parts) of each complement of the verb; weights sum to 100."""
    if verb_class == "quality":
        return [(share, (("word", quality, "singular"),)) for quality, share in prefer.QUALITIES[subject].items()]
    after: dict[str, tuple[Part, ...]] = {
        "position": (("preposition", "position", subject, depth),),
        "say": ("that", ("clause", "said_then" if tense == "past" else "said_now")),
    }
    if verb_class in prefer.OBJECTS:
        after[verb_class] = (("object", verb_class, "negated" if negated else "object", depth),)
    elif verb_class in prefer.GOALS:
        after[verb_class] = (("goal", verb_class, depth),)
    elif verb_class in prefer.SETTINGS:
        return [(50, ()), (50, (("setting", verb_class, depth),))]
    return [(100, after.get(verb_class, ()))]


def _predicate(
    verb_class: str, subject: str, agrees: str, tense: str, negated: int, mode: str, depth: int
) -> list[Rule]:
    group = finite(verb_class, agrees, tense, negated)
    frame = Frame("predicate", verb_class, tense, negated=bool(negated))
    if mode != "main" or verb_class == "say":
        return [Rule(w, group + rest, frame) for w, rest in _complements(verb_class, subject, tense, negated, depth)]
    adverbs = {prefer.TIMES[tense]: 16}
    if verb_class in prefer.MANNERS:
        adverbs[prefer.MANNERS[verb_class]] = 12
    plain = _complements(verb_class, subject, tense, negated, depth)
    rules = [Rule(w * (100 - sum(adverbs.values())), group + rest, frame) for w, rest in plain]
    short = _complements(verb_class, subject, tense, negated, 0)
    for adverb, share in adverbs.items():
        rules += [Rule(w * share, (*group, *rest, ("word", adverb, "singular")), frame) for w, rest in short]
    return rules


def _object(verb_class: str, role: str, depth: int) -> list[Rule]:
    rules = []
    for thing, weight in prefer.OBJECTS[verb_class].items():
        if thing == "name":
            rules.append(Rule(weight * 20, (("word", "name", "singular"),), Frame("object")))
            continue
        for number, share in numbers(thing).items():
            phrase = ("phrase", thing, number, role, depth)
            rules.append(Rule(weight * share * 20 // sum(numbers(thing).values()), (phrase,), Frame("object")))
    return rules


def _towards(table: dict[str, prefer.Weights], word: str, verb_class: str, depth: int) -> list[Rule]:
    return [
        Rule(weight * share, (word, ("phrase", place, number, "place", depth)), Frame("towards", verb_class))
        for place, weight in table[verb_class].items()
        for number, share in numbers(place).items()
    ]


_EXPANSIONS: dict[str, Callable[..., list[Rule]]] = {
    "sentence": _sentence, "clause": _clause, "phrase": _phrase, "noun": _noun, "preposition": _preposition,
    "subject_relative": _subject_relative, "object_relative": _object_relative, "verb": _verb,
    "predicate": _predicate, "object": _object, "word": _word,
    "goal": lambda verb_class, depth: _towards(prefer.GOALS, "to", verb_class, depth),
    "setting": lambda verb_class, depth: _towards(prefer.SETTINGS, "in", verb_class, depth),
}  # fmt: skip
