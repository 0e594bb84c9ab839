"""Help with words out of vocabulary: the known words that are spelled alike."""

from collections.abc import Iterable
from difflib import get_close_matches

SUGGESTIONS = 5


class Spelling:
    """Finds words of a vocabulary in another case or spelling.

    Parameters
    ----------
    words : the vocabulary in order of frequency.
    """

    def __init__(self, words: Iterable[str]) -> None:
        known = list(words)
        self.words = frozenset(known)
        self.by_lowercase = {word.lower(): word for word in reversed(known)}  # of equal forms, the most frequent word

    def known(self, word: str) -> str | None:
        """The word itself, or the most frequent word that differs from it in case only; None if there is neither."""
        return word if word in self.words else self.by_lowercase.get(word.lower())

    def advice(self, word: str) -> str:
        """The end of a message that a word is unknown: the words that are spelled like it."""
        near = get_close_matches(word.lower(), self.by_lowercase, SUGGESTIONS)
        if not near:
            return ", and no word is spelled like it"
        return f"; try {', '.join(self.by_lowercase[form] for form in near)}"
