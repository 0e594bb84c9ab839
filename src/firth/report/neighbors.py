"""The course's example of counting: which words stand near a word, raw and weighed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from gensim.models import KeyedVectors
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from firth.text.vocabulary import EOS, UNK

COLUMNS = 12  # neighbors in the table
LISTED = 8  # neighbors listed for a word
SHORTEST = 3  # letters of a word that is chosen for show

Ranked = list[tuple[str, float]]


@dataclass(frozen=True)
class CooccurrenceExample:
    """Counts and PPMI of a few words.

    Attributes
    ----------
    counts, ppmi : a row for each of ``words``, a value for each of ``columns``.
    frequent, telling : word → its neighbors with the largest counts, and with the largest PPMI.
    """

    words: list[str]
    columns: list[str]
    counts: list[list[float]]
    ppmi: list[list[float]]
    frequent: dict[str, Ranked]
    telling: dict[str, Ranked]


def cooccurrence_example(
    counts: csr_array, ppmi: csr_array, tokens: Sequence[str], words: Sequence[str]
) -> CooccurrenceExample:
    """Take the rows of ``words`` out of the (V, V) counts and their PPMI.

    The columns are the words' most frequent neighbors and their most telling ones, half and half.
    """
    ids = {token: number for number, token in enumerate(tokens)}
    rows = [ids[word] for word in words]
    frequent = {word: _ranked(counts, row, tokens) for word, row in zip(words, rows, strict=True)}
    telling = {word: _ranked(ppmi, row, tokens) for word, row in zip(words, rows, strict=True)}
    columns: list[str] = []
    for ranks, room in ((frequent, COLUMNS // 2), (telling, COLUMNS)):
        by_rank = zip_longest(*ranks.values())
        found = dict.fromkeys(item[0] for rank in by_rank for item in rank if item and item[0] not in columns)
        columns += list(found)[: room - len(columns)]
    positions = [ids[column] for column in columns]
    return CooccurrenceExample(
        words=list(words),
        columns=columns,
        counts=counts[rows][:, positions].toarray().tolist(),
        ppmi=ppmi[rows][:, positions].toarray().tolist(),
        frequent={word: ranked[:LISTED] for word, ranked in frequent.items()},
        telling={word: ranked[:LISTED] for word, ranked in telling.items()},
    )


def words_to_show(wanted: Sequence[str], tokens: Sequence[str], least: int = 4) -> tuple[list[str], list[str]]:
    """The wanted words that the vocabulary has, and those that it lacks.

    A word may stand in the vocabulary in lower case. Where fewer than ``least`` are there, the most frequent words of
    the corpus that carry content fill the list (``tokens`` stand in order of frequency).
    """
    known = set(tokens)
    found: list[str] = []
    missing: list[str] = []
    for word in wanted:
        form = next((form for form in (word, word.lower()) if form in known), None)
        if form is None:
            missing.append(word)
        elif form not in found:
            found.append(form)
    fill = [token for token in content_words(tokens) if token not in found]
    return found + fill[: max(0, min(least, len(wanted)) - len(found))], missing


def nearest_words(vectors: KeyedVectors, word: str) -> Ranked:
    """The words with the highest cosines; marks for unknown words and sentence ends are no words."""
    found = vectors.most_similar(word, topn=LISTED + 2)
    return [(token, float(cosine)) for token, cosine in found if token not in (UNK, EOS)][:LISTED]


def content_words(tokens: Sequence[str]) -> list[str]:
    """The tokens that are words of some length and not among the function words of English, in their order."""
    return [t for t in tokens if t.isalpha() and len(t) >= SHORTEST and t.lower() not in ENGLISH_STOP_WORDS]


def _ranked(matrix: csr_array, row: int, tokens: Sequence[str]) -> Ranked:
    """The row's neighbors by falling value, ties by token; marks for unknown words and sentence ends are no words."""
    start, end = matrix.indptr[row], matrix.indptr[row + 1]
    pairs = zip(matrix.indices[start:end].tolist(), matrix.data[start:end].tolist(), strict=True)
    named = [(tokens[column], float(value)) for column, value in pairs if value and tokens[column] not in (UNK, EOS)]
    return sorted(named, key=lambda pair: (-pair[1], pair[0]))
