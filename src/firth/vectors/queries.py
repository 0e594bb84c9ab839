"""What people ask of trained vectors: nearest words, similarity, analogies, and which word they mean."""

from collections.abc import Iterable
from difflib import get_close_matches

from gensim.models import KeyedVectors

from firth.errors import FirthError

SPELLINGS = 5

Ranked = list[tuple[str, float]]


def known_words(words: Iterable[str], spaces: Iterable[KeyedVectors]) -> list[str]:
    """The words as the vocabulary spells them: as given, or else the most frequent that differs in case alone.

    Raises
    ------
    FirthError
        One line for each word that no space has, with the nearest spellings.
    """
    vocabulary = list(dict.fromkeys(key for space in spaces for key in space.index_to_key))
    folded = {word.lower(): word for word in reversed(vocabulary)}
    exact = set(vocabulary)
    found, problems = [], []
    for word in words:
        if word in exact or word.lower() in folded:
            found.append(word if word in exact else folded[word.lower()])
            continue
        near = get_close_matches(word.lower(), folded, SPELLINGS)
        advice = f"; try {', '.join(folded[form] for form in near)}" if near else ", and no word is spelled like it"
        problems.append(f"{word}: not in the vocabulary of the word vectors{advice}")
    if problems:
        raise FirthError("\n".join(problems))
    return found


def nearest(space: KeyedVectors, word: str, count: int) -> Ranked:
    """The words of largest cosine with a word, itself left out."""
    return [(other, float(cosine)) for other, cosine in space.most_similar(word, topn=count)]


def similarity(space: KeyedVectors, first: str, second: str) -> float:
    """The cosine of two words."""
    return float(space.similarity(first, second))


def analogy(space: KeyedVectors, a: str, b: str, c: str, count: int) -> dict[str, Ranked]:
    """Answers to a : b = c : ?, best first, by 3CosAdd and 3CosMul (see ``vectors/evaluation/analogies.py``).

    The score of 3CosAdd is the cosine with the mean of b, c and −a, which ranks words as the sum of cosines does. In
    3CosMul gensim's ε is 10⁻⁶.
    """
    return {
        "3CosAdd": space.most_similar(positive=[b, c], negative=[a], topn=count),
        "3CosMul": space.most_similar_cosmul(positive=[b, c], negative=[a], topn=count),
    }
