"""A count-based language model in the ARPA format, which KenLM, SRILM and other tools read.

Logarithms are to base 10, with 7 decimals, and -99 for log 0; a back-off weight of 1 is left out. ``<eos>`` is written
``</s>``. Words are written as they are: no token contains ASCII white space, and KenLM splits words at nothing else.
The exceptions are words that the format reserves (``<s>``, ``</s>``, and ``<UNK>``, which KenLM reads as ``<unk>``):
``&lt;`` and ``&gt;`` replace their brackets, and must do so in sentences that another tool scores with the model.
"""

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from firth.errors import FirthError
from firth.ngram.kneser_ney import KneserNey
from firth.ngram.ngram_checks import Floats
from firth.text.vocabulary import EOS_ID, UNK_ID

START, END, UNKNOWN = "<s>", "</s>", "<unk>"
RESERVED = {START, END, "<UNK>"}
BLOCK = 100_000  # n-grams turned into text at a time


def write_arpa(model: KneserNey, tokens: Sequence[str], path: Path) -> None:
    """Write ``model`` as an ARPA file.

    KenLM cannot read a model without bigrams, so a model of order 1 gets an empty section of them. The highest order
    that KenLM reads is fixed when it is compiled, by default 6.

    Parameters
    ----------
    tokens : the V words of the vocabulary, in the order of ids.

    Raises
    ------
    FirthError
        If two words of the vocabulary would be written the same.
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
    """The V words and ``<s>`` as the file writes them."""
    words = [html.escape(token) if token in RESERVED else token for token in tokens]
    words[UNK_ID], words[EOS_ID] = UNKNOWN, END
    known = set(tokens)
    for token, word in zip(tokens, words, strict=True):
        if token in RESERVED and word in known:
            raise FirthError(
                f"training text: the words {token} and {word} would be the same in an ARPA file; replace one of them"
            )
    return [*words, START]


def _lines(model: KneserNey, order: int, block: slice, words: np.ndarray) -> Iterator[str]:
    """Lines ``log P<tab>w1 … wk<tab>log back-off`` for a block of n-grams of one order."""
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
    """Logarithms to base 10; -99 for 0."""
    logarithms: list[float] = np.log10(np.maximum(values, 1e-99)).tolist()
    return logarithms
