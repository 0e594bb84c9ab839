"""French inflection of nouns, adjectives and verbs; elision and contraction between words.

Person is an index 0–5: je, tu, il/elle, nous, vous, ils/elles.
"""

from dataclasses import dataclass
from functools import cache

from firth.world.lexicon import Lexeme

FUTURE_ENDINGS = ("ai", "as", "a", "ons", "ez", "ont")
IMPERFECT_ENDINGS = ("ais", "ais", "ait", "ions", "iez", "aient")
ASPIRATED = "*"  # internal mark before a word that blocks elision (*hibou, *yaourt); never printed
_FEMININE_ENDINGS = (
    ("e", "e"), ("er", "ère"), ("x", "se"), ("f", "ve"), ("el", "elle"), ("eil", "eille"), ("en", "enne"),
    ("on", "onne"),
)  # fmt: skip
_VOWELS = frozenset("aeiouhâàéèêîïôûœæ")


@dataclass(frozen=True, slots=True)
class Conjugation:
    """The finite forms of a verb, each a tuple over the six persons, and its past participle (masculine singular)."""

    present: tuple[str, ...]
    imperfect: tuple[str, ...]
    future: tuple[str, ...]
    participle: str


AVOIR = Conjugation(
    ("ai", "as", "a", "avons", "avez", "ont"),
    ("avais", "avais", "avait", "avions", "aviez", "avaient"),
    ("aurai", "auras", "aura", "aurons", "aurez", "auront"),
    "eu",
)
ETRE = Conjugation(
    ("suis", "es", "est", "sommes", "êtes", "sont"),
    ("étais", "étais", "était", "étions", "étiez", "étaient"),
    ("serai", "seras", "sera", "serons", "serez", "seront"),
    "été",
)


def noun_plural(noun: Lexeme) -> str:
    """The plural of a noun: pomme → pommes, château → châteaux, cheval → chevaux, nez → nez."""
    word = noun.french
    if noun.french_irregular:
        return noun.french_irregular
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith(("au", "eu")):
        return word + "x"
    return word[:-2] + "aux" if word.endswith("al") else word + "s"


def _feminine(adjective: Lexeme) -> str:
    word = adjective.french
    listed = adjective.irregular("f")
    if listed:
        return listed
    for masculine, feminine in _FEMININE_ENDINGS:
        if word.endswith(masculine):
            return word.removesuffix(masculine) + feminine
    return word + "e"


@cache
def adjective_forms(adjective: Lexeme) -> tuple[str, str, str, str, str]:
    """The masculine, feminine, masculine plural, feminine plural, and masculine before a vowel."""
    word, feminine = adjective.french, _feminine(adjective)
    if word.endswith(("s", "x")):
        masculine_plural = word
    elif word.endswith("eau"):
        masculine_plural = word + "x"
    else:
        masculine_plural = word[:-2] + "aux" if word.endswith("al") else word + "s"
    return word, feminine, masculine_plural, feminine + "s", adjective.irregular("v") or word


def agree(word: str, gender: str, is_plural: bool) -> str:
    """A past participle in agreement: allé → allée, allés, allées; mis → mis, mise, mises."""
    word += "e" if gender == "f" else ""
    return word if not is_plural or word.endswith("s") else word + "s"


def _er_stems(infinitive: str, doubles: bool) -> tuple[str, str, str]:
    """The stems before spoken endings (nous), before silent ones (je), and of the future, of a verb in -er."""
    stem = infinitive[:-2]
    if doubles:
        return stem, stem + stem[-1], stem + stem[-1] + "er"
    if stem.endswith("y"):
        return stem, stem[:-1] + "i", stem[:-1] + "ier"
    head, vowel, tail = _last_vowel(stem)
    if vowel == "e" and tail:
        return stem, head + "è" + tail, head + "è" + tail + "er"
    if vowel == "é" and tail:
        return stem, head + "è" + tail, infinitive
    return stem, stem, infinitive


def _last_vowel(stem: str) -> tuple[str, str, str]:
    """Split lev → (l, e, v) and préfér → (préf, é, r); two consonants at the end close the syllable unless -gl, -tr…"""
    index = max(stem.rfind(vowel) for vowel in "aeiouéèêâîôûy")
    tail = stem[index + 1 :]
    closed = len(tail) > 1 and tail not in ("gl", "gn", "tr", "br", "ch", "qu")
    return stem[:index], stem[index], "" if closed else tail


def _present(verb: Lexeme) -> tuple[str, ...]:
    listed = verb.irregular("pres")
    if listed:
        return tuple(listed.split(","))
    word = verb.french
    if word.endswith("er"):
        spoken, silent, _ = _er_stems(word, "double" in verb.flags)
        soft = spoken + "e" if spoken.endswith("g") else spoken[:-1] + "ç" if spoken.endswith("c") else spoken
        return (*(silent + end for end in ("e", "es", "e")), soft + "ons", spoken + "ez", silent + "ent")
    if word.endswith("ir"):
        return tuple(word[:-1] + end for end in ("s", "s", "t", "ssons", "ssez", "ssent"))
    return tuple(word[:-2] + end for end in ("s", "s", "", "ons", "ez", "ent"))


def _participle(verb: Lexeme) -> str:
    word = verb.french
    listed = verb.irregular("pp")
    if listed:
        return listed
    return word[:-2] + "é" if word.endswith("er") else word[:-1] if word.endswith("ir") else word[:-2] + "u"


@cache
def conjugate(verb: Lexeme) -> Conjugation:
    """All forms of a verb, from the regular conjugations and the irregular parts that the lexicon lists."""
    present, word = _present(verb), verb.french
    stem = present[3].removesuffix("ons")
    light = stem[:-1] if stem.endswith("ge") else stem[:-1] + "c" if stem.endswith("ç") else stem
    future = verb.irregular("fut") or (
        _er_stems(word, "double" in verb.flags)[2] if word.endswith("er") else word.removesuffix("e")
    )
    return Conjugation(
        present,
        tuple((light if end.startswith("i") else stem) + end for end in IMPERFECT_ENDINGS),
        tuple(future + end for end in FUTURE_ENDINGS),
        _participle(verb),
    )


_ELIDED = {
    "le": "l'", "la": "l'", "je": "j'", "ne": "n'", "de": "d'", "que": "qu'", "jusque": "jusqu'",
    "ce": "cet ", "ma": "mon ", "ta": "ton ", "sa": "son ",
}  # fmt: skip
_CONTRACTED = {("de", "le"): "du ", ("de", "les"): "des ", ("à", "le"): "au ", ("à", "les"): "aux "}


def opens_with_vowel(word: str) -> bool:
    """Whether a word elides the one before it; *h* is mute unless the word is marked as aspirated."""
    return word[0].lower() in _VOWELS


def write_sentence(words: list[str]) -> str:
    """Join words with elision (l', qu'), contraction (du, aux), a capital and an attached final period.

    ``["de", "le", "pain"]`` → ``du pain``; ``["de", "le", "ail"]`` → ``de l'ail``; ``["ce", "*hibou"]`` → ``ce hibou``.
    """
    pieces: list[str] = []
    index, last = 0, len(words) - 1
    while index < last:
        word, following = words[index], words[index + 1]
        if following in ("le", "les"):
            contracted = _CONTRACTED.get((word, following))
            if contracted and (following == "les" or not opens_with_vowel(words[index + 2])):
                pieces.append(contracted)
                index += 2
                continue
        elided = _ELIDED.get(word)
        pieces.append(elided if elided and opens_with_vowel(following) else word + " ")
        index += 1
    text = "".join(pieces).replace(ASPIRATED, "").rstrip() + words[last]
    return text[0].upper() + text[1:]
