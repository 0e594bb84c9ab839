"""The bilingual lexicon: lemmas in semantic classes, in order of frequency within their class."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One line of ``lexicon.tsv``: a lemma with its translation, and the forms that the regular rules don't give."""

    part: str
    word_class: str
    english: str
    french: str
    gender: str
    english_irregular: str
    french_irregular: str
    flags: tuple[str, ...]

    def irregular(self, key: str) -> str | None:
        """The French irregular form named ``key`` in the field ``key=form;key=form``; None if it isn't listed."""
        for entry in self.french_irregular.split(";"):
            name, _, form = entry.partition("=")
            if name == key and form:
                return form
        return None


def _read(line: str) -> Lexeme:
    part, word_class, english, french, gender, english_irregular, french_irregular, flags = line.split("\t")
    known = tuple(flags.split(",")) if flags else ()
    return Lexeme(part, word_class, english, french, gender, english_irregular, french_irregular, known)


@cache
def lexemes() -> tuple[Lexeme, ...]:
    """All lexemes, in the order of the file."""
    text = files(__package__).joinpath("lexicon.tsv").read_text(encoding="utf-8")
    return tuple(_read(line) for line in text.splitlines()[1:])


@cache
def classes() -> dict[str, tuple[Lexeme, ...]]:
    """Class name → its lexemes, most frequent first."""
    grouped: dict[str, list[Lexeme]] = {}
    for lexeme in lexemes():
        grouped.setdefault(lexeme.word_class, []).append(lexeme)
    return {name: tuple(members) for name, members in grouped.items()}
