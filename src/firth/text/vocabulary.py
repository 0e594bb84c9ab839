r"""The vocabulary: the id of each token, and its count in the training text.

File format: UTF-8 lines ``token<tab>count`` that end in ``"\n"``; the id is the line number from 0. Only ``"\n"`` ends
a line, so that tokens may contain any character (U+2028, U+0085, a carriage return, …) except tab and newline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from firth.errors import FirthError
from firth.stored_files import damaged, read_text
from firth.workspace import write_text

if TYPE_CHECKING:
    from firth.params.tokens_params import TextTokens

UNK, EOS, PAD = "<unk>", "<eos>", "<pad>"
UNK_ID, EOS_ID, PAD_ID = 0, 1, 2
LONGEST_COUNT = 18  # digits that fit into 64 bits


def vocabulary_file(folder: Path, side: str = "") -> Path:
    """The vocabulary file in a folder of tokens, of a side if the text has sides."""
    return folder / (f"{side}.vocabulary.tsv" if side else "vocabulary.tsv")


class Vocabulary:
    """Tokens by id, with their counts in the training text.

    Attributes
    ----------
    tokens : tokens in order of id; ``<unk>`` is 0, ``<eos>`` is 1 (and ``<pad>``, if included, 2).
    counts : (V,) int64. The count of ``<unk>`` is the number of training tokens with its id, the count of ``<eos>``
        the number of training sentences.
    """

    def __init__(self, tokens: Sequence[str], counts: Sequence[int] | np.ndarray) -> None:
        self.tokens = list(tokens)
        self.counts = np.asarray(counts, dtype=np.int64)
        self._ids = {token: position for position, token in enumerate(self.tokens)}
        if len(self._ids) != len(self.tokens) or self.counts.shape != (len(self.tokens),):
            raise ValueError("tokens must be distinct and have one count each")

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    @property
    def dtype(self) -> np.dtype:
        """The type of ids on disk: uint16 if every id fits, otherwise int32."""
        return np.dtype(np.uint16 if len(self) <= 1 << 16 else np.int32)

    def id(self, token: str) -> int:
        """The id of a token; the id of ``<unk>`` if the vocabulary doesn't have it."""
        return self._ids.get(token, UNK_ID)

    def encode(self, tokens: Iterable[str]) -> np.ndarray:
        """Ids (N,) of tokens, in the type of ids on disk."""
        return np.fromiter(map(self.id, tokens), dtype=self.dtype)

    def decode(self, ids: Iterable[int] | np.ndarray) -> list[str]:
        """The tokens of ids."""
        return [self.tokens[int(position)] for position in ids]

    def save(self, path: Path) -> None:
        """Write the file described above."""
        for token in self.tokens:
            if "\t" in token or "\n" in token:
                raise ValueError(f"token {token!r}: a tab or newline can't stand in {path.name}")
        write_text(path, "".join(f"{token}\t{count}\n" for token, count in zip(self.tokens, self.counts, strict=True)))

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read the file described above.

        Raises
        ------
        FirthError
            If the file doesn't exist, or isn't a vocabulary; the line is named.
        """
        stage = f"tokenize@{path.parent.name}"
        lines = read_text(path, stage).split("\n")
        tokens, counts = [], []
        for number, line in enumerate(lines[:-1], start=1):
            token, tab, count = line.partition("\t")
            if not (token and tab and count.isascii() and count.isdecimal() and len(count) <= LONGEST_COUNT):
                raise damaged(path, f"line {number} is not `token<tab>count`", stage)
            tokens.append(token)
            counts.append(int(count))
        if lines[-1] or tokens[:2] != [UNK, EOS] or len(set(tokens)) != len(tokens):
            raise damaged(path, "truncated or not a vocabulary", stage)
        return cls(tokens, counts)


def build_vocabulary(
    types: Sequence[str], counts: np.ndarray, sentences: int, settings: TextTokens, *, key: str, padded: bool = False
) -> tuple[Vocabulary, np.ndarray]:
    """Choose the vocabulary from the types of the training text.

    Special symbols first; then the types seen at least ``min_count`` times, by descending count, ties in code-point
    order, until the vocabulary has ``max_size`` entries, *special symbols included*. All other types become
    ``<unk>``, as do special symbols that occur literally in the text.

    Parameters
    ----------
    types : T types; those with count 0 occur in other splits alone, and become ``<unk>``.
    counts : (T,) counts in the training text.
    sentences : training sentences, the count of ``<eos>``.
    key : the key of ``settings`` in params.yaml, such as ``tokens.lm``, for the error.
    padded : whether ``<pad>`` is a special symbol too.

    Returns
    -------
    The vocabulary, and the id of each type, (T,) int32.

    Raises
    ------
    FirthError
        If no token is frequent enough.
    """
    special = [UNK, EOS, PAD] if padded else [UNK, EOS]
    kept = [
        position
        for position in np.flatnonzero(counts >= settings.min_count).tolist()
        if types[position] not in (UNK, EOS, PAD)
    ]
    if not kept:
        largest = int(counts.max()) if len(counts) else 0
        raise FirthError(
            f"{key}.min_count = {settings.min_count}: no token of the training text is that frequent "
            f"(the most frequent occurs {largest} times); lower it to {max(largest, 1)} or less, or give more text"
        )
    frequency = counts.tolist()
    kept.sort(key=lambda position: (-frequency[position], types[position]))
    kept = kept[: settings.max_size - len(special)]
    ids = np.full(len(types), UNK_ID, dtype=np.int32)
    ids[kept] = np.arange(len(special), len(special) + len(kept), dtype=np.int32)
    left_out = int(counts.sum()) - int(counts[kept].sum())
    special_counts = [left_out, sentences, 0][: len(special)]
    return Vocabulary(
        [*special, *(types[position] for position in kept)], [*special_counts, *counts[kept].tolist()]
    ), ids
