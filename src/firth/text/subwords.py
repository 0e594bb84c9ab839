"""Subwords: byte-pair encoding (Sennrich et al. 2016) over bytes, learned from one text or from both of a pair.

The alphabet has all 256 bytes, so that no text is unknown and ``decode`` inverts encoding, except for white space at
the ends of a line (and for case, if subwords are lower-cased). A word's first subword includes the space before it; a
space is added before the first word of a line, so that its subwords are the same as elsewhere. The special symbols have
ids 0, 1 and, if there is padding, 2, and never occur in text: a literal ``<eos>`` is encoded as characters.

A subword is *readable* with ``␣`` for its space. A subword that is not printable UTF-8 (half of a letter, a control
character), or that holds a literal ``␣``, is shown byte by byte: ``<0xC3>``.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from firth.stored_files import damaged, read_json_object
from firth.text.characters import SPACE
from firth.text.vocabulary import EOS, EOS_ID, PAD, PAD_ID, UNK, UNK_ID
from firth.workspace import write_text

LINES_AT_ONCE = 4096


class Subwords:
    """A trained byte-pair encoding.

    Attributes
    ----------
    tokenizer : of the tokenizers library.
    pieces : subwords in order of id, as the library writes them.
    readable : the same as people read them, all different.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        ids = tokenizer.get_vocab()
        self.pieces: list[str] = sorted(ids, key=ids.__getitem__)
        self._last_special = PAD_ID if self.pieces[PAD_ID] == PAD else EOS_ID
        special, ordinary = self.pieces[: self._last_special + 1], self.pieces[self._last_special + 1 :]
        self.readable = [*special, *map(_readable, ordinary)]

    def encode_lines(self, lines: Iterable[str]) -> Iterator[list[int]]:
        """The ids of each line, without special symbols."""
        batch: list[str] = []
        for line in lines:
            batch.append(line)
            if len(batch) == LINES_AT_ONCE:
                yield from self._encoded(batch)
                batch = []
        yield from self._encoded(batch)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids, without special symbols; bytes that are not UTF-8 become U+FFFD."""
        return self.tokenizer.decode([int(position) for position in ids if position > self._last_special]).removeprefix(
            " "
        )

    def by_frequency(self, counts: np.ndarray) -> tuple["Subwords", np.ndarray]:
        """The same subwords in another order: special symbols first, then by descending count, ties in the old order.

        Parameters
        ----------
        counts : (V,) by the present ids.

        Returns
        -------
        The subwords, and their present ids in the new order, (V,).
        """
        first = self._last_special + 1
        order = np.concatenate([np.arange(first), first + np.argsort(-counts[first:], kind="stable")])
        content = json.loads(self.tokenizer.to_str())
        content["model"]["vocab"] = {self.pieces[old]: new for new, old in enumerate(order.tolist())}
        return Subwords(Tokenizer.from_str(json.dumps(content, ensure_ascii=False))), order

    def save(self, path: Path) -> None:
        """Write a JSON file that the tokenizers library reads."""
        write_text(path, self.tokenizer.to_str(pretty=True) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Subwords":
        """Read a file that ``save`` wrote.

        Raises
        ------
        FirthError
            If the file doesn't exist or is damaged.
        """
        stage = f"tokenize@{path.parent.name}"
        content = read_json_object(path, stage)
        try:
            _check(content)
            return cls(Tokenizer.from_str(json.dumps(content)))
        except Exception:  # the library raises nothing more specific
            raise damaged(path, "not a tokenizer of this version", stage) from None

    def _encoded(self, batch: list[str]) -> Iterator[list[int]]:
        return (encoding.ids for encoding in self.tokenizer.encode_batch_fast(batch))


def train_subwords(
    lines_iterables: Iterable[Iterable[str]],
    vocabulary_size: int,
    lowercase: bool,
    min_count: int = 1,
    padded: bool = True,
) -> Subwords:
    """Learn byte-pair encoding from the lines of one or more texts.

    Parameters
    ----------
    vocabulary_size : the most entries: special symbols, 256 bytes, and merges; a small text has fewer merges.
    min_count : two subwords that stand side by side less often, or once, are not merged.
    padded : whether ``<pad>`` is a special symbol too.
    """
    tokenizer = _untrained(lowercase)
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        min_frequency=max(min_count, 2),
        special_tokens=[UNK, EOS, PAD] if padded else [UNK, EOS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(chain.from_iterable(lines_iterables), trainer)
    content = json.loads(tokenizer.to_str())
    content["added_tokens"] = []  # otherwise a literal <eos> in text would get the special id
    return Subwords(Tokenizer.from_str(json.dumps(content, ensure_ascii=False)))


def _untrained(lowercase: bool) -> Tokenizer:
    """A byte-pair encoding without vocabulary and merges."""
    tokenizer = Tokenizer(models.BPE())
    strip = normalizers.Strip()
    tokenizer.normalizer = normalizers.Sequence([strip, normalizers.Lowercase()]) if lowercase else strip
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _check(content: dict[str, Any]) -> None:
    """Refuse what ``save`` doesn't write, before the library reads it: ``padding`` of 10⁹ tokens ends the process.

    Raises
    ------
    ValueError, KeyError or TypeError
        If anything but vocabulary and merges is not as in ``_untrained``, or ids are not 0, 1, 2, …
    """
    vocabulary = content["model"]["vocab"]
    without = {**content, "model": {**content["model"], "vocab": {}, "merges": []}}
    if without not in [json.loads(_untrained(lowercase).to_str()) for lowercase in (False, True)]:
        raise ValueError("of other settings")
    if sorted(vocabulary.values()) != list(range(len(vocabulary))) or not vocabulary.keys() >= _BYTES.keys():
        raise ValueError("ids with gaps, or bytes without an id")
    if (vocabulary[UNK], vocabulary[EOS], vocabulary.get(PAD, PAD_ID)) != (UNK_ID, EOS_ID, PAD_ID):
        raise ValueError("special symbols with other ids")


def _byte_of_letter() -> dict[str, int]:
    """The byte that each letter of the library's alphabet stands for: printable Latin-1 stands for itself."""
    kept = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in kept]
    return {chr(byte): byte for byte in kept} | {chr(256 + number): byte for number, byte in enumerate(others)}


_BYTES = _byte_of_letter()


def _readable(piece: str) -> str:
    """A subword as people read it."""
    content = bytes(_BYTES[letter] for letter in piece)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = SPACE
    if SPACE in text or not text.isprintable():
        return "".join(f"<0x{byte:02X}>" for byte in content)
    return text.replace(" ", SPACE)
