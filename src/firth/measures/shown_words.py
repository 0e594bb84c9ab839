"""Which words of a text the page shows: those that the params name, and frequent words that carry content."""

from collections.abc import Sequence

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

SHORTEST = 3  # letters of a content word
LEAST = 4  # words to show, where the params name as many


def words_to_show(wanted: Sequence[str], tokens: Sequence[str]) -> list[str]:
    """The wanted words that the vocabulary has, in its spelling.

    A word may stand in the vocabulary in lower case. Where fewer than ``LEAST`` are there, the most frequent content
    words of the corpus fill the list.

    Parameters
    ----------
    tokens : the vocabulary, in order of frequency.
    """
    known = set(tokens)
    spelled = [next((form for form in (word, word.lower()) if form in known), None) for word in wanted]
    found = list(dict.fromkeys(form for form in spelled if form is not None))
    fill = [token for token in content_words(tokens) if token not in found]
    return found + fill[: max(0, min(LEAST, len(wanted)) - len(found))]


def content_words(tokens: Sequence[str]) -> list[str]:
    """The tokens that are words of some length and not among the function words of English, in their order."""
    return [t for t in tokens if t.isalpha() and len(t) >= SHORTEST and t.lower() not in ENGLISH_STOP_WORDS]
