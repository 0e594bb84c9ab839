"""The one form of all text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.text.normalization import normalize, normalize_characters

CASES = {
    "cafe\u0301  noe\u0308l": "caf\u00e9 no\u00ebl",
    "e\u200b\u0301": "\u00e9",
    "a\u00a0b\tc\u3000 d\u2028e\x85f\x0bg\rh": "a b c d e f g h",
    " \u2003padded\n": "padded",
    "\ufefftwo \ufeffmarks": "two marks",
    "hy\u00adphen zero\u200bwidth left\u200eright\u200f word\u2060joiner": "hyphen zerowidth leftright wordjoiner",
    "lat\u200cin\u200d": "latin",
    "\u0645\u200c\u200d\u200c\u062e": "\u0645\u200c\u062e",
    "\u0645\u200c\u200dx": "\u0645x",
    "\u0645\u06cc\u200c\u200c\u062e\u0648\u0627\u0647\u0645": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u0915\u094d\u200d\u0937": "\u0915\u094d\u200d\u0937",
    "\u0645\u200c": "\u0645",
    "\u2764\ufe0f \U0001f469\u200d\U0001f680": "\u2764 \U0001f469\U0001f680",
    "nul\x00 bell\x07": "nul bell",
    "\u200b\u00ad\ufeff": "",
    "\uac01 \u1100\u1161\u11a8": "\uac01 \uac01",
    "": "",
}


@pytest.mark.parametrize("text", CASES)
def test_text_is_normalized_as_by_hand(text: str) -> None:
    assert normalize(text) == CASES[text]


@given(st.text())
def test_normalized_text_is_composed_spaced_and_stays_as_it_is(text: str) -> None:
    found = normalize(text)
    assert unicodedata.is_normalized("NFC", found)
    assert found == " ".join(found.split())
    assert normalize(found) == found


def test_tabs_and_line_feeds_are_left_to_the_reader_of_columns() -> None:
    assert normalize_characters("a\tb\r\nc\u2028d\n") == "a\tb \nc d\n"
