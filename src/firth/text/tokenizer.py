"""From text to words by one rule, and from words to readable text.

The rule, by the Unicode classes of the running Python's character database:

1. A *word character* is a letter or number (``str.isalnum``) or a combining mark (category M), but not the underscore.
2. A *word* is a run of word characters. It may contain single joiners between two word characters: an apostrophe (``'``
   ``’``), a hyphen (``-`` U+2010 U+2011) or a zero-width (non-)joiner; and a single ``.`` or ``,``
   between two decimal digits. So ``don't``, ``l’homme``, ``twenty-one`` and ``1,000.50`` are one word each; ``U.S.``,
   ``24/7`` and ``well--known`` are not.
3. Every other character that is not white space (``str.isspace``) is a token, with the marks that follow it (a heart
   and its variation selector stay together).
4. White space separates tokens; it alone is lost. The HTML line breaks ``<br>``, ``<br/>``, ``<br />`` count as
   white space; other tags are ordinary characters.
5. Lower-casing, if asked for, is ``str.lower`` before tokenizing.

Scripts without spaces between words are not segmented. Text that is *already tokenized* is split at ASCII white space
alone and otherwise kept as it is, case included.
"""

import re
import unicodedata
from collections.abc import Iterable

JOINERS = "'’\u2010\u2011\u200c\u200d-"
LAST_MARK = 0xE01EF


def _marks() -> str:
    """All combining marks, as ranges for a character class."""
    ranges: list[list[int]] = []
    for code in (*range(0x300, 0x20000), *range(0xE0100, LAST_MARK + 1)):  # no others have marks
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


MARKS = _marks()
# Matching takes linear time without possessive quantifiers, since nothing has to follow a word and the expression never
# backtracks; possessive quantifiers are broken in Python 3.11 before 3.11.5.
_RUN = rf"(?:[^\W_]+|[{MARKS}]+)+"
_WORD = rf"{_RUN}(?:(?:[{JOINERS}]|(?<=\d)[.,](?=\d)){_RUN})*"
_TOKEN = rf"{_WORD}|\S[{MARKS}]*"
_BREAK = re.compile("<[bB][rR] ?/?>")
_BY_RULE, _BY_RULE_AND_LINES = re.compile(_TOKEN), re.compile(rf"{_TOKEN}|\n")
_AT_SPACES, _AT_SPACES_AND_LINES = re.compile(r"[^ \t\n\r\f\v]+"), re.compile(r"[^ \t\n\r\f\v]+|\n")

_CLOSING = set(".,;:?!)]}%…”»’›。、，．；：？！،؛؟।）］｝」』〉》】〕～") | {"n't", "''"}
_OPENING = set("([{«‹‘¿¡$#（［｛「『〈《【〔") | {"``"}
# Scripts of Chinese and Japanese with their punctuation. Korean is written with spaces.
_WITHOUT_SPACES = re.compile("[\u2e80-\u312f\u31a0-\u4dbf\u4e00-\ua4cf\uf900-\ufaff\uff00-\uff9f\U00020000-\U0003ffff]")
_CLITIC = re.compile(r"['’][^\W\d_]+")


def words(text: str, lowercase: bool) -> list[str]:
    """Split text into tokens by the rule above."""
    text = without_line_breaks(text)
    return _BY_RULE.findall(text.lower() if lowercase else text)


def tokenize_line(line: str, lowercase: bool, tokenized: bool) -> list[str]:
    """Split a line by the rule above or, if it is already tokenized, at white space alone (case is kept)."""
    return _AT_SPACES.findall(line) if tokenized else words(line, lowercase)


def tokens_and_line_ends(text: str, lowercase: bool, tokenized: bool) -> list[str]:
    r"""Tokens of all lines of a text in one list, with the token ``"\n"`` at the end of each line.

    No token of the text contains ``"\n"``.
    """
    if tokenized:
        return _AT_SPACES_AND_LINES.findall(text)
    return _BY_RULE_AND_LINES.findall(text.lower() if lowercase else text)


def is_written_without_spaces(word: str) -> bool:
    """Whether a character of a word is of a script without spaces between words: Chinese or Japanese."""
    return _WITHOUT_SPACES.search(word) is not None


def without_line_breaks(text: str) -> str:
    """The text with HTML line breaks replaced by spaces."""
    return _BREAK.sub(" ", text) if "<" in text else text


def join_words(tokens: Iterable[str]) -> str:
    """Readable text from word tokens: no space between punctuation and its word; straight double quotes pair up.

    A Chinese or Japanese word has no space beside it, except beside a word of another script. French has a space before
    ``!``, ``?``, ``:``, ``;`` and within ``« »``; the language is not known here, so that they close up as in English.

    ``words(join_words(tokens), False)`` returns the tokens of ordinary sentences; the original spacing is lost.
    """
    parts: list[str] = []
    close_up = True  # no space before the next token
    inside_quotes = inside_low_quotes = False
    for token in tokens:
        closing = token in _CLOSING or _CLITIC.fullmatch(token) is not None
        opening = token in _OPENING
        if token == '"':
            closing, opening = inside_quotes, not inside_quotes
            inside_quotes = not inside_quotes
        elif token == "”":
            inside_low_quotes = False
        elif token in {"„", "“"}:
            closing, opening = token == "“" and inside_low_quotes, token == "„" or not inside_low_quotes
            inside_low_quotes = token == "„"
        parts.append(token if close_up or closing or _is_run_on(parts[-1], token) else f" {token}")
        close_up = opening
    return "".join(parts)


def _is_run_on(before: str, token: str) -> bool:
    """Whether a Chinese or Japanese word, or its punctuation, stands beside another such token or punctuation."""
    left, right = before[-1], token[0]
    left_is, right_is = _WITHOUT_SPACES.match(left) is not None, _WITHOUT_SPACES.match(right) is not None
    return (left_is and (right_is or not right.isalnum())) or (right_is and not left.isalnum())
