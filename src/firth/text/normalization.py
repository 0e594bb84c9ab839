"""One form for all text, of corpora and of questions alike: what looks the same is the same.

The rule, by the Unicode classes of the running Python's character database:

1. Control characters (category Cc, without tab and line feed) and the line ends U+2028 and U+2029 become spaces.
2. Invisible characters are dropped: soft hyphen, zero-width space, word joiner, byte order mark, marks of direction,
   annotation and tags, Hangul fillers, the grapheme joiner, and variation selectors. A zero-width joiner or non-joiner
   (U+200C, U+200D) is kept between two letters of a script that writes them (Arabic, Syriac, the scripts of India and
   its neighbors, Mongolian), once, and is dropped elsewhere.
3. The text is composed (Normalization Form C, Unicode Standard Annex 15): ``é`` is one character, however it was typed.
4. Every run of white space (``str.isspace``) is one space, and there is none at either end.
"""

import re
import unicodedata

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JOINER = re.compile("[\u200c\u200d]")
_JOINED = "\u0620-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_STRAY_JOINER = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![\u200c\u200d]*[{_JOINED}])")


def normalize(text: str) -> str:
    """One line of text by the rule above."""
    return " ".join(normalize_characters(text).split())


def normalize_characters(text: str) -> str:
    """Text of any number of lines by points 1 to 3 of the rule above; tabs and line feeds are kept."""
    text = _CONTROLS.sub(" ", text)
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", text)
    if _JOINER.search(text):
        text = _STRAY_JOINER.sub("", text)
    return unicodedata.normalize("NFC", text)
