"""Interpolated modified Kneser–Ney smoothing (Chen & Goodman 1998), with the conventions of KenLM's ``lmplz``.

A sentence is padded with one ``<s>`` in front, which is context only, and with ``</s>`` (the vocabulary's ``<eos>``)
at its end, which is predicted and counted. Nothing is pruned.

The n-grams are stored as a trie of sorted integer arrays, one for each order: the key of ``w1 … wk`` is
``(row of w1 … wk-1 among the (k-1)-grams) * (V + 1) + wk``, so that n-grams of any order fit into 64 bits.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError
from firth.ngram.discounts import FALLBACK_DISCOUNTS, estimated_discounts
from firth.ngram.ngram_checks import Floats, Ids, NgramSettings, ngram_fault
from firth.stored_files import damaged, read_array, read_json
from firth.text.streams import TokenStream
from firth.text.vocabulary import EOS_ID

STAGE = "ngram"
CONVENTION = (
    "interpolated modified Kneser-Ney; each sentence on its own: <s> is context only, <eos> is predicted and counted; "
    "<unk> is a word like any other; unigrams are interpolated with the uniform distribution over the vocabulary, "
    "<unk> and <eos> included"
)


@dataclass(frozen=True)
class KneserNey:
    """A trained n-gram model: for each order the n-grams, their interpolated probabilities and back-off weights.

    Attributes
    ----------
    vocabulary_size : V; ``<s>`` has the id V.
    discounts : D1, D2, D3+ of each order.
    keys : the n-grams of orders 1 to n, sorted; ``keys[0]`` is 0 … V.
    probabilities : P(wk | w1 … wk-1) of each n-gram.
    backoffs : the back-off weight of each n-gram as a context, for orders 1 to n-1.
    """

    vocabulary_size: int
    discounts: list[tuple[float, float, float]]
    keys: list[Ids]
    probabilities: list[Floats]
    backoffs: list[Floats]

    @property
    def order(self) -> int:
        return len(self.keys)

    @property
    def size(self) -> int:
        """The number of n-grams stored, over all orders."""
        return sum(len(keys) for keys in self.keys)

    def log_probabilities(self, stream: TokenStream) -> Floats:
        """log P of every token, (tokens + sentences,), in the order of ``stream.with_sentence_ends()``."""
        symbols, positions = _padded(stream, self.vocabulary_size)
        scores = self.probabilities[0][symbols]
        for order in self._orders(symbols):
            weights = np.where(order.contexts >= 0, order.backoffs[order.contexts], 1.0)
            scores = np.where(order.rows >= 0, order.probabilities[order.rows], scores * weights)
        return np.log(scores[positions > 0])

    def score_alternatives(self, stream: TokenStream, indices: Ids, alternatives: Ids) -> Floats:
        """log P of K words in the place of each of N tokens, (N, K), each after the same words of the sentence.

        Parameters
        ----------
        indices : (N,) of the tokens, in the order of ``stream.with_sentence_ends()``.
        alternatives : (N, K) ids.
        """
        symbols, positions = _padded(stream, self.vocabulary_size)
        asked = np.flatnonzero(positions > 0)[indices]  # (N,) among the symbols
        scores = self.probabilities[0][alternatives]  # (N, K)
        for order in self._orders(symbols):
            contexts = order.contexts[asked][:, None]  # (N, 1)
            rows = _find(order.keys, contexts, alternatives, self.vocabulary_size)  # (N, K)
            weights = np.where(contexts >= 0, order.backoffs[contexts], 1.0)
            scores = np.where(rows >= 0, order.probabilities[rows], scores * weights)
        return np.log(scores)

    def distribution(self, context: list[int]) -> Floats:
        """P of every word after ``context``, (V,); the context is a list of ids in reading order, V being ``<s>``."""
        base = self.vocabulary_size + 1
        scores = self.probabilities[0][:-1].copy()
        for order in range(2, self.order + 1):
            if order - 1 > len(context) or len(self.keys[order - 1]) == 0:
                break
            row = np.array([context[1 - order]], np.int64)
            for depth, symbol in enumerate(context[len(context) - order + 2 :]):
                row = _find(self.keys[depth + 1], row, np.array([symbol], np.int64), self.vocabulary_size)
            if row[0] < 0:
                break
            start, end = np.searchsorted(self.keys[order - 1], [row[0] * base, (row[0] + 1) * base])
            scores *= self.backoffs[order - 2][row[0]]
            scores[self.keys[order - 1][start:end] % base] = self.probabilities[order - 1][start:end]
        return scores

    def _orders(self, symbols: Ids) -> Iterator["_Order"]:
        """For each order from 2 on: its n-grams, and the rows of those that end at each of S symbols."""
        rows = symbols
        for keys, probabilities, backoffs in zip(self.keys[1:], self.probabilities[1:], self.backoffs, strict=True):
            if len(keys) == 0:  # no sentence is as long as this order
                break
            contexts = np.concatenate([[-1], rows[:-1]])
            rows = _find(keys, contexts, symbols, self.vocabulary_size)
            yield _Order(keys, probabilities, backoffs, contexts, rows)

    def save(self, folder: Path) -> None:
        """Write the arrays of each order and ``settings.json`` into an existing folder."""
        for index, (keys, probabilities) in enumerate(zip(self.keys, self.probabilities, strict=True)):
            np.save(folder / f"{index + 1}-grams.keys.npy", keys)
            np.save(folder / f"{index + 1}-grams.probabilities.npy", probabilities)
        for index, backoffs in enumerate(self.backoffs):
            np.save(folder / f"{index + 1}-grams.backoffs.npy", backoffs)
        settings = {
            "order": self.order,
            "vocabulary_size": self.vocabulary_size,
            "discounts": [list(values) for values in self.discounts],
            "convention": CONVENTION,
        }
        (folder / "settings.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "KneserNey":
        """Open a model that ``save`` wrote, memory-mapped.

        Raises
        ------
        FirthError
            If a file is missing or damaged.
        """
        path = folder / "settings.json"
        settings = read_json(path, NgramSettings, STAGE)
        if settings.convention != CONVENTION or len(settings.discounts) != settings.order:
            raise damaged(path, "of another version", STAGE)

        def arrays(kind: str, dtype: type[np.generic], count: int) -> list[NDArray]:
            paths = (folder / f"{order}-grams.{kind}.npy" for order in range(1, count + 1))
            return [read_array(path, (dtype,), STAGE) for path in paths]

        order, size = settings.order, settings.vocabulary_size
        keys, probabilities = arrays("keys", np.int64, order), arrays("probabilities", np.float64, order)
        backoffs = arrays("backoffs", np.float64, order - 1)
        if found := ngram_fault(size, keys, probabilities, backoffs):
            raise damaged(folder / found[0], found[1], STAGE)
        return cls(size, settings.discounts, keys, probabilities, backoffs)


@dataclass(frozen=True)
class _Order:
    """One order k of a model, looked up in a text of S symbols.

    ``keys`` and ``probabilities`` are of the k-grams, ``backoffs`` of the (k-1)-grams. At each symbol, ``rows`` (S,) is
    the row of the k-gram that ends there, ``contexts`` (S,) the row of the (k-1)-gram that ends before it; -1 for none.
    """

    keys: Ids
    probabilities: Floats
    backoffs: Floats
    contexts: Ids
    rows: Ids


def train_kneser_ney(stream: TokenStream, vocabulary_size: int, order: int) -> KneserNey:
    """Count the n-grams of ``stream`` and smooth them, from unigrams up to ``order``.

    Raises
    ------
    FirthError
        If the stream holds no sentence.
    """
    return smoothed(count_ngrams(stream, vocabulary_size, order), order)


@dataclass(frozen=True)
class _Table:
    """The n-grams of one order: sorted ``keys``, and the rows of their contexts and suffixes one order below.

    ``occurrences`` counts each n-gram in the text, ``preceding`` the different words (or ``<s>``) that come before it;
    nothing precedes an n-gram that begins with ``<s>``.
    """

    keys: Ids
    contexts: Ids
    suffixes: Ids
    occurrences: Ids
    preceding: Ids


@dataclass(frozen=True)
class NgramCounts:
    """Counts of all n-grams up to some order, enough to smooth a model of this or any lower order.

    Attributes
    ----------
    vocabulary_size : V; ``<s>`` has the id V.
    tables : the n-grams of orders 1, 2, …
    """

    vocabulary_size: int
    tables: list[_Table]


def count_ngrams(stream: TokenStream, vocabulary_size: int, order: int) -> NgramCounts:
    """Count the n-grams of ``stream`` from unigrams up to ``order``.

    Raises
    ------
    FirthError
        If the stream holds no sentence.
    """
    if len(stream) == 0:
        raise FirthError("training text: no sentence to count n-grams in; give a longer text")
    symbols, positions = _padded(stream, vocabulary_size)
    base = vocabulary_size + 1
    nothing = np.zeros(base, np.int64)
    occurrences = np.bincount(symbols, minlength=base)
    occurrences[vocabulary_size] = 0  # <s> is never predicted
    tables = [_Table(np.arange(base, dtype=np.int64), nothing, nothing, occurrences, nothing)]
    rows = symbols  # of the n-gram that ends at each symbol; -1 for none
    for length in range(1, order):
        within = np.flatnonzero(positions >= length)  # symbols at which an n-gram of the next order ends
        contexts, suffixes = rows[within - 1], rows[within]
        keys, first, inverse, occurrences = np.unique(
            contexts * base + symbols[within], return_index=True, return_inverse=True, return_counts=True
        )
        rows = np.full(len(symbols), -1, np.int64)
        rows[within] = inverse
        suffixes = suffixes[first]
        tables[-1] = replace(tables[-1], preceding=np.bincount(suffixes, minlength=len(tables[-1].keys)))
        tables.append(_Table(keys, contexts[first], suffixes, occurrences, np.zeros_like(keys)))
    return NgramCounts(vocabulary_size, tables)


def smoothed(counts: NgramCounts, order: int) -> KneserNey:
    """Interpolate each order with the one below: P(w|c) = (a(cw) - D) / Σa(c·) + backoff(c) P(w|shorter c).

    In the highest order, a is the number of occurrences. In lower orders it is the number of different words that
    precede the n-gram (Kneser & Ney 1995), except for n-grams that begin with ``<s>``, which nothing precedes: there it
    is the number of occurrences too. The lower orders of a model are therefore not the model of a lower order, and a
    model of each order is smoothed separately.

    Parameters
    ----------
    order : of the model, at most that of the counts.
    """
    tables, size = counts.tables[:order], counts.vocabulary_size
    lower = np.full(size + 1, 1 / size)
    lower[size] = 0
    discounts: list[tuple[float, float, float]] = []
    probabilities: list[Floats] = []
    backoffs: list[Floats] = []
    for index, table in enumerate(tables):
        begins = (index + 1 == len(tables)) | (table.preceding == 0)
        adjusted = np.where(begins, table.occurrences, table.preceding)
        contexts = len(tables[index - 1].keys) if index else 1
        discounts.append(estimated_discounts(adjusted) or FALLBACK_DISCOUNTS)
        taken = np.array([0.0, *discounts[-1]])[np.minimum(adjusted, 3)]
        totals = np.bincount(table.contexts, adjusted, contexts)
        left = np.bincount(table.contexts, taken, contexts)
        weights = np.divide(left, totals, out=np.ones(contexts), where=totals > 0)  # 1 if nothing follows
        if index:
            lower = probabilities[-1][table.suffixes]
            backoffs.append(weights)
        probabilities.append((adjusted - taken) / totals[table.contexts] + weights[table.contexts] * lower)
    return KneserNey(size, discounts, [table.keys for table in tables], probabilities, backoffs)


def _padded(stream: TokenStream, vocabulary_size: int) -> tuple[Ids, Ids]:
    """All sentences as ``<s> … </s>`` in one array, and the position of every symbol in its sentence: 0 for ``<s>``."""
    lengths = np.diff(stream.offsets) + 2
    starts = np.cumsum(lengths) - lengths
    symbols = np.empty(int(lengths.sum()), np.int64)
    positions = np.arange(len(symbols)) - np.repeat(starts, lengths)
    symbols[starts] = vocabulary_size
    symbols[starts + lengths - 1] = EOS_ID
    inner = np.ones(len(symbols), bool)
    inner[starts] = inner[starts + lengths - 1] = False
    symbols[inner] = stream.ids[stream.offsets[0] : stream.offsets[-1]]
    return symbols, positions


def _find(keys: Ids, contexts: Ids, symbols: Ids, vocabulary_size: int) -> Ids:
    """Rows of the n-grams ``contexts + symbols`` among ``keys``; -1 where there is none."""
    wanted = np.where(contexts >= 0, contexts * (vocabulary_size + 1) + symbols, -1)
    rows = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[rows] == wanted, rows, -1)
