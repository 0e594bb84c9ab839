"""Where one sentence of a line ends and the next begins, by a plain rule.

A sentence ends with ``.``, ``!``, ``?`` or ``…``, and quotes or brackets that close after it, before white space and a
character that begins one: a capital, a letter of a script without case, an opening quote or bracket, ``¿`` or ``¡``. A
full stop after a single letter or a title, such as *Mr.*, ends none. After ``。``, ``！`` or ``？`` there need not be
white space.
"""

import re

_END = re.compile(r"[.!?…]+[\"'»”’)\]]*\s+(?=(\S))|[。！？]+[」』”’）]*\s*(?=(\S))")
_TITLE = re.compile(r"(?<![^\s(\[«“\"'])(?:[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|Mme|Mlle|Hr|Fr)$")
_OPENING = set("\"'«“‘„([¿¡「『")


def split_sentences(line: str) -> list[str]:
    """The sentences of a line, without white space at their ends."""
    sentences, start = [], 0
    for end in _END.finditer(line):
        following = end[1] or end[2]
        begins = following in _OPENING or (following.isalpha() and not following.islower())
        is_title = line[end.start()] == "." and _TITLE.search(line, start, end.start())
        if begins and not is_title:
            sentences.append(line[start : end.end()].strip())
            start = end.end()
    return [*sentences, line[start:].strip()]
