"""From text to characters and back, by one rule.

The rule, by the Unicode classes of the running Python's character database:

1. A *character* is one code point that is not white space, with the combining marks (category M) and the zero-width
   joiners (U+200C, U+200D) that follow it. So ``é`` is one character, in one code point or in two.
2. A run of white space (``str.isspace``), or an HTML line break as in the rule of words, is the character ``␣``, and
   there is none at either end of a line. A literal ``␣`` (U+2423) is read as a space too.
3. Lower-casing, if asked for, is ``str.lower`` before the text is split.
"""

import re
from collections.abc import Iterable

from firth.text.tokenizer import MARKS, tokenize_line, without_line_breaks

SPACE = "␣"
_FOLLOWING = rf"[{MARKS}\u200c\u200d]"
_CHARACTER = rf"{SPACE}|\S{_FOLLOWING}*"
_PART = re.compile(rf"(?<=[^\s{SPACE}]){_FOLLOWING}")  # of a character
_CHARACTERS, _CHARACTERS_AND_LINES = re.compile(_CHARACTER), re.compile(rf"{_CHARACTER}|\n")


def characters(text: str, lowercase: bool) -> list[str]:
    """Split a line into characters by the rule above."""
    text = tidy_line(text).replace(" ", SPACE)
    return _CHARACTERS.findall(text.lower() if lowercase else text)


def tidy_line(line: str) -> str:
    """A line with one space for every run of white space and for every HTML line break, and none at either end."""
    return " ".join(without_line_breaks(line).split())


def characters_and_line_ends(text: str, lowercase: bool) -> list[str]:
    r"""The characters of words, one word a line, in one list, with the token ``"\n"`` at the end of each line."""
    return _CHARACTERS_AND_LINES.findall(text.lower() if lowercase else text)


def with_visible_spaces(text: str) -> str:
    r"""Lines with every run of white space as the word ``␣`` between two spaces, and none at the ends of a line.

    HTML line breaks are spaces already.
    """
    lines = [f" {SPACE} ".join(line.split()) for line in text.split("\n")]
    if text[-1:].isspace() and lines[-1]:
        lines[-1] += f" {SPACE}"  # the line goes on in the next block
    return "\n".join(lines)


def join_characters(tokens: Iterable[str]) -> str:
    """Readable text from characters: ``␣`` is a space."""
    return "".join(tokens).replace(SPACE, " ")


def count_words_and_characters(line: str, tokenized: bool) -> tuple[int, int]:
    """How many words, by the rule of ``tokenizer``, and how many characters, by the rule above, a line has.

    An HTML line break is a space, as the rule of characters has it, in tokenized text too.

    Parameters
    ----------
    tokenized : whether words are what stands between spaces.
    """
    text = tidy_line(line)
    parts = 0 if text.isascii() else len(_PART.findall(text))
    return len(tokenize_line(text, False, tokenized)), len(text) - parts
