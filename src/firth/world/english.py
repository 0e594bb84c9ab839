"""English inflection (regular rules, and irregular forms from the lexicon) and the indefinite article."""

from functools import cache

from firth.world.lexicon import Lexeme, lexemes

VOWELS = "aeiou"
MASS_CLASSES = ("dish", "drink")


def _with_s(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in VOWELS:
        return word[:-1] + "ies"
    return word + "s"


def plural(noun: Lexeme) -> str:
    """The plural of a count noun: apple → apples, berry → berries, child → children."""
    return noun.english_irregular or _with_s(noun.english)


def third_person(verb: Lexeme) -> str:
    """The third person singular of the present: eat → eats, carry → carries, go → goes."""
    return verb.english + "es" if verb.english.endswith("o") else _with_s(verb.english)


def past(verb: Lexeme) -> str:
    """The past simple: taste → tasted, carry → carried, eat → ate."""
    word = verb.english
    if verb.english_irregular:
        return verb.english_irregular
    if word.endswith("e"):
        return word + "d"
    if word.endswith("y") and word[-2] not in VOWELS:
        return word[:-1] + "ied"
    return word + "ed"


def forms(lexeme: Lexeme) -> dict[str, str]:
    """Every English form of a lexeme that the grammar can emit, by feature.

    Nouns: ``singular`` and, unless they are mass nouns, ``plural``. Verbs: ``third``, ``base``, ``past``. All other
    parts of speech: ``singular`` alone.
    """
    if lexeme.part == "verb":
        return {"third": third_person(lexeme), "base": lexeme.english, "past": past(lexeme)}
    if lexeme.part == "noun" and lexeme.word_class not in MASS_CLASSES:
        return {"singular": lexeme.english, "plural": plural(lexeme)}
    return {"singular": lexeme.english}


@cache
def _misleading() -> dict[str, bool]:
    """Words whose spelling doesn't show the article before them (honest, useful) → whether it is *an*."""
    return {lexeme.english: "an" in lexeme.flags for lexeme in lexemes() if "an" in lexeme.flags or "a" in lexeme.flags}


def takes_an(word: str) -> bool:
    """Whether the indefinite article before ``word`` is *an*."""
    return _misleading().get(word, word[0] in VOWELS)


def write_words(words: list[str]) -> str:
    """Join words with spaces; *a* becomes *an* where the next word requires it; the first letter is a capital."""
    spelled = [
        "an" if word == "a" and takes_an(following) else word
        for word, following in zip(words, [*words[1:], "-"], strict=True)
    ]
    text = " ".join(spelled)
    return text[0].upper() + text[1:]


def write_sentence(words: list[str]) -> str:
    """As ``write_words``, with the last word, the period, attached."""
    return write_words(words[:-1]) + words[-1]
