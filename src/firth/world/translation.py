"""The French side of a derivation: the same tree with French words, word order and agreement."""

from dataclasses import dataclass

from firth.world import french
from firth.world import preferences as prefer
from firth.world.derivation import Node
from firth.world.grammar import Frame
from firth.world.lexicon import Lexeme

_DETERMINERS = {  # English determiner: masculine, feminine, plural
    "the": ("le", "la", "les"),
    "a": ("un", "une", ""),
    "this": ("ce", "cette", ""),
    "these": ("", "", "ces"),
    "my": ("mon", "ma", "mes"),
    "his": ("son", "sa", "ses"),
    "her": ("son", "sa", "ses"),
    "two": ("", "", "deux"),
    "three": ("", "", "trois"),
}


@dataclass(frozen=True, slots=True)
class Nominal:
    """French words of a noun phrase, with the features that other words agree with."""

    words: list[str]
    gender: str
    plural: bool
    person: int  # 0–5


def translate(sentence: Node) -> str:
    """The French sentence of a derivation of ``("sentence", depth)``."""
    rule, children = sentence
    assert isinstance(rule.frame, Frame)
    if rule.frame.word:
        _, pronoun, gender, person = prefer.PRONOUNS[rule.frame.word]
        subject = Nominal([pronoun], gender, person > 2, person)
    else:
        subject = _nominal(children[0])
    return french.write_sentence([*subject.words, *_verb(children[-1], subject), "."])


def _lexeme(node: Node) -> Lexeme:
    frame = node[0].frame
    assert isinstance(frame, Lexeme)
    return frame


def _mark(lexeme: Lexeme, form: str) -> str:
    return french.ASPIRATED + form if "aspirated" in lexeme.flags else form


def _nominal(node: Node) -> Nominal:
    """A name or a noun phrase, in the third person."""
    rule, children = node
    if isinstance(rule.frame, Lexeme):
        return Nominal([rule.frame.french], rule.frame.gender, False, 2)
    words, gender, plural, adjective_first = _noun(children[0])
    determiner = _determiner(rule.frame.word, rule.frame.role, gender, plural, adjective_first)
    return Nominal([*determiner, *words], gender, plural, 5 if plural else 2)


def _determiner(word: str, role: str, gender: str, plural: bool, adjective_first: bool) -> list[str]:
    if role == "negated" and word in ("a", ""):
        return ["de"]
    if word in ("some", ""):
        if plural:
            return ["de"] if adjective_first else ["des"]
        return ["de", "la" if gender == "f" else "le"]
    return [_DETERMINERS[word][2 if plural else 1 if gender == "f" else 0]]


def _noun(node: Node) -> tuple[list[str], str, bool, bool]:
    """Words of a noun with adjective and follower; its gender; whether it is plural; whether the adjective is first."""
    rule, children = node
    qualified = isinstance(rule.frame, Frame) and rule.frame.word == "adjective"
    noun = _lexeme(children[qualified])
    plural = rule.parts[qualified][2] == "plural"
    word = _mark(noun, french.noun_plural(noun) if plural else noun.french)
    words, first = [word], False
    if qualified:
        adjective = _lexeme(children[0])
        forms = french.adjective_forms(adjective)
        first = "pre" in adjective.flags
        if first and noun.gender == "m" and not plural and french.opens_with_vowel(word):
            words = [forms[4], word]
        else:
            form = forms[(noun.gender == "f") + 2 * plural]
            words = [form, word] if first else [word, form]
    for follower in children[qualified + 1 :]:
        words += _follower(follower, noun.gender, plural)
    return words, noun.gender, plural, first


def _follower(node: Node, gender: str, plural: bool) -> list[str]:
    """A prepositional phrase or relative clause after a noun of this gender and number."""
    rule, children = node
    assert isinstance(rule.frame, Frame)
    if rule.frame.construction == "preposition":
        return [*prefer.PREPOSITIONS[rule.frame.word], *_nominal(children[0]).words]
    if rule.frame.construction == "subject_relative":
        return ["qui", *_verb(children[0], Nominal([], gender, plural, 5 if plural else 2))]
    subject = _nominal(children[0])
    # The antecedent is the object and precedes the verb, so the participle agrees with it.
    group = _verb_group(_lexeme(children[1]), rule.frame.tense, False, subject, (gender, plural))
    return ["que", *subject.words, *group]


def _verb_group(
    verb: Lexeme, tense: str, negated: bool, subject: Nominal, object_before: tuple[str, bool] | None = None
) -> list[str]:
    forms = french.conjugate(verb)
    if tense == "past" and "imparfait" in verb.flags:
        tense = "imperfect"
    if tense != "past":
        word = _mark(verb, {"present": forms.present, "imperfect": forms.imperfect, "future": forms.future}[tense][
            subject.person
        ])  # fmt: skip
        return ["ne", word, "pas"] if negated else [word]
    participle = _mark(verb, forms.participle)
    if "être" in verb.flags:
        auxiliary = french.ETRE.present[subject.person]
        participle = french.agree(participle, subject.gender, subject.plural)
    else:
        auxiliary = french.AVOIR.present[subject.person]
        if object_before:
            participle = french.agree(participle, *object_before)
    return ["ne", auxiliary, "pas", participle] if negated else [auxiliary, participle]


def _to_be(tense: str, negated: bool, subject: Nominal) -> list[str]:
    forms = {"present": french.ETRE.present, "future": french.ETRE.future}.get(tense, french.ETRE.imperfect)
    word = forms[subject.person]
    return ["ne", word, "pas"] if negated else [word]


def _verb(node: Node, subject: Nominal) -> list[str]:
    """Verb group, complement and adverb, agreeing with the subject."""
    rule, children = node[1][0]
    frame = rule.frame
    assert isinstance(frame, Frame)
    if frame.word in prefer.STATES:
        words, rest = _to_be(frame.tense, frame.negated, subject), children
    else:
        words, rest = _verb_group(_lexeme(children[0]), frame.tense, frame.negated, subject), children[1:]
    # souvent and parfois precede the object; their English adverbs come last.
    if rest and isinstance(rest[-1][0].frame, Lexeme) and "early" in rest[-1][0].frame.flags:
        rest = [rest[-1], *rest[:-1]]
    for child in rest:
        words += _complement(child, subject)
    return words


def _complement(node: Node, subject: Nominal) -> list[str]:
    rule, children = node
    frame = rule.frame
    if isinstance(frame, Lexeme):
        if frame.part == "adverb":
            return [frame.french]
        return [french.adjective_forms(frame)[(subject.gender == "f") + 2 * subject.plural]]
    if frame.construction == "clause":
        speaker = _nominal(children[0])
        return ["que", *speaker.words, *_verb(children[1], speaker)]
    if frame.construction == "object":
        return _nominal(children[0]).words
    preposition = {"go": ["à"], "move": ["jusque", "à"]}.get(frame.word, ["dans"])
    if frame.construction == "preposition":
        preposition = list(prefer.PREPOSITIONS[frame.word])
    return [*preposition, *_nominal(children[0]).words]
