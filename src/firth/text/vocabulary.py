r"""The vocabulary: which word has which id, and how often it came in training.

File format: UTF-8 lines ``token<tab>count`` that end in ``"\n"``; the id is the line number from 0. Only ``"\n"`` ends
a line, so tokens may hold any odd character (U+2028, U+0085, a carriage return, …) but tab and newline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from firth.errors import FirthError
from firth.workspace import require, write_text

if TYPE_CHECKING:
    from firth.params.tokens import WordTokens

UNK, EOS, PAD = "<unk>", "<eos>", "<pad>"
UNK_ID, EOS_ID, PAD_ID = 0, 1, 2


class Vocabulary:
    """Tokens by id, with their counts in the training text.

    Attributes
    ----------
    tokens : every token, in order of id; ``<unk>`` is 0, ``<eos>`` is 1 (and ``<pad>``, where there is one, 2).
    counts : (V,) int64. That of ``<unk>`` is the number of training tokens that carry its id, of ``<eos>`` the
        number of training sentences.
    """

    def __init__(self, tokens: Sequence[str], counts: Sequence[int] | np.ndarray) -> None:
        self.tokens = list(tokens)
        self.counts = np.asarray(counts, dtype=np.int64)
        self._ids = {token: position for position, token in enumerate(self.tokens)}
        if len(self._ids) != len(self.tokens) or self.counts.shape != (len(self.tokens),):
            raise ValueError("a vocabulary has different tokens and one count for each")

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

    @property
    def dtype(self) -> np.dtype:
        """The type of ids on disk: uint16 where every id fits, otherwise int32."""
        return np.dtype(np.uint16 if len(self) <= 1 << 16 else np.int32)

    def id(self, token: str) -> int:
        """The id of a token; that of ``<unk>`` for one that is not in the vocabulary."""
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
            If it is not there, or not such a file; the line is named.
        """
        stage = f"tokenize@{path.parent.name}"
        try:
            text = require(path, stage).read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise FirthError(
                f"{path}: not UTF-8 (byte {error.start}); build it anew with `dvc repro {stage}`"
            ) from None
        lines = text.split("\n")
        tokens, counts = [], []
        for number, line in enumerate(lines[:-1], start=1):
            token, tab, count = line.partition("\t")
            if not (token and tab and count.isascii() and count.isdecimal()):
                raise FirthError(
                    f"{path}: line {number} is not `token<tab>count`; build it anew with `dvc repro {stage}`"
                )
            tokens.append(token)
            counts.append(int(count))
        if lines[-1] or tokens[:2] != [UNK, EOS] or len(set(tokens)) != len(tokens):
            raise FirthError(f"{path}: cut short or not a vocabulary; build it anew with `dvc repro {stage}`")
        return cls(tokens, counts)


def build_vocabulary(
    types: Sequence[str], counts: np.ndarray, sentences: int, settings: WordTokens, *, key: str, padded: bool = False
) -> tuple[Vocabulary, np.ndarray]:
    """Choose the vocabulary from the word types of the training text.

    Special symbols first; then the types seen at least ``min_count`` times, by descending count, ties in code-point
    order, until the vocabulary has ``max_size`` entries *with the special symbols counted*. What is left out becomes
    ``<unk>``, and so do special symbols that stand literally in the text.

    Parameters
    ----------
    types : T word types. Those with count 0 (seen in other splits alone) are left out too.
    counts : (T,) how often each came in the training text.
    sentences : training sentences, the count of ``<eos>``.
    key : where ``settings`` stand in params.yaml, such as ``tokens.lm``; for the message of the error.
    padded : whether ``<pad>`` is among the special symbols.

    Returns
    -------
    The vocabulary, and the id of each type, (T,) int32.

    Raises
    ------
    FirthError
        If no word is left.
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
            f"{key}.min_count = {settings.min_count}: no word of the training text is that frequent "
            f"(the most frequent comes {largest} times); lower it to {max(largest, 1)} or less, or give more text"
        )
    if settings.max_size <= len(special):
        raise FirthError(
            f"{key}.max_size = {settings.max_size}: no room for words beside {len(special)} special symbols; raise it"
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
