"""A count-based language model in the ARPA format, which KenLM, SRILM and other tools read.

Logarithms to base 10, 7 decimals, -99 for log 0; a back-off weight of 1 is left out. ``<eos>`` is written ``</s>``.
Words keep all their characters: no token holds ASCII white space, and KenLM parts words at nothing else. A word of the
text that would be taken for a mark of the format (``<s>``, ``</s>``, and ``<UNK>``, which KenLM takes for ``<unk>``)
is written with ``&lt;`` and ``&gt;``, and so it has to be in a sentence that another tool shall score.
"""

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from firth.errors import FirthError
from firth.lm.kneser_ney import Floats, KneserNey
from firth.text.vocabulary import EOS_ID, UNK_ID

START, END, UNKNOWN = "<s>", "</s>", "<unk>"
MARKS = {START, END, "<UNK>"}
BLOCK = 100_000  # n-grams turned into text at a time


def write_arpa(model: KneserNey, tokens: Sequence[str], path: Path) -> None:
    """Write ``model`` as an ARPA file.

    KenLM reads no model of unigrams alone, so one of order 1 gets an empty section of bigrams; what order KenLM reads
    at most was chosen when it was built, 6 if nothing was.

    Parameters
    ----------
    tokens : the V words of the vocabulary, in order of id.

    Raises
    ------
    FirthError
        If two words of the vocabulary would be written alike.
    """
    words = np.array(_written(tokens), dtype=object)
    sizes = [len(keys) for keys in model.keys]
    sizes += [0] * (2 - len(sizes))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("\\data\\\n" + "".join(f"ngram {order}={size}\n" for order, size in enumerate(sizes, 1)))
        for order, size in enumerate(sizes, 1):
            file.write(f"\n\\{order}-grams:\n")
            for first in range(0, size, BLOCK):
                file.writelines(_lines(model, order, slice(first, first + BLOCK), words))
        file.write("\n\\end\\\n")


def _written(tokens: Sequence[str]) -> list[str]:
    """The V words and ``<s>`` as they stand in the file."""
    words = [html.escape(token) if token in MARKS else token for token in tokens]
    words[UNK_ID], words[EOS_ID] = UNKNOWN, END
    known = set(tokens)
    for token, word in zip(tokens, words, strict=True):
        if token in MARKS and word in known:
            raise FirthError(
                f"training text: the words {token} and {word} would be the same in an ARPA file; replace one of them"
            )
    return [*words, START]


def _lines(model: KneserNey, order: int, block: slice, words: np.ndarray) -> Iterator[str]:
    """Lines ``log P<tab>w1 … wk<tab>log back-off`` of some n-grams of one order."""
    probabilities = _logarithms(model.probabilities[order - 1][block])
    rows = np.arange(len(model.keys[order - 1]))[block]
    columns = []
    for keys in reversed(model.keys[:order]):
        rows, symbols = np.divmod(keys[rows], model.vocabulary_size + 1)
        columns.append(words[symbols].tolist())
    texts = map(" ".join, zip(*reversed(columns), strict=True))
    if order == model.order:
        return (f"{p:.7f}\t{text}\n" for p, text in zip(probabilities, texts, strict=True))
    backoffs = _logarithms(model.backoffs[order - 1][block])
    return (
        f"{p:.7f}\t{text}\t{backoff:.7f}\n" if backoff else f"{p:.7f}\t{text}\n"
        for p, text, backoff in zip(probabilities, texts, backoffs, strict=True)
    )


def _logarithms(values: Floats) -> list[float]:
    """To base 10."""
    logarithms: list[float] = np.log10(np.maximum(values, 1e-99)).tolist()
    return logarithms
