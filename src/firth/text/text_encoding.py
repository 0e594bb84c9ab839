"""From a line to the ids of its tokens and back, as in a folder of tokens, whatever its segmentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from firth.stored_files import damaged
from firth.text.characters import join_characters, tidy_line
from firth.text.normalization import normalize
from firth.text.subwords import Subwords
from firth.text.text_form import TextForm
from firth.text.tokenizer import join_words
from firth.text.vocabulary import EOS, PAD, PAD_ID, UNK, UNK_ID, Vocabulary, vocabulary_file


def subwords_file(folder: Path, side: str = "") -> Path:
    """The subword file in a folder of tokens, of a side if the text has sides; none if the tokens are no subwords."""
    return folder / (f"{side}.tokenizer.json" if side else "tokenizer.json")


@dataclass(frozen=True)
class TextEncoding:
    """Encodes and decodes lines of text.

    Attributes
    ----------
    subwords : None if the tokens are words or characters.
    """

    vocabulary: Vocabulary
    form: TextForm
    subwords: Subwords | None = None

    @classmethod
    def load(cls, folder: Path, side: str = "") -> Self:
        """Of a folder of tokens, data/tokens/ROLE, or of one side of it.

        Raises
        ------
        FirthError
            If a file of the folder doesn't exist or is damaged.
        """
        form, path = TextForm.load(folder), vocabulary_file(folder, side)
        vocabulary, stage = Vocabulary.load(path), f"tokenize@{folder.name}"
        if form.segmentation != "subwords":
            if line := _line_out_of_order(vocabulary):
                raise damaged(path, f"line {line} is out of order", stage)
            return cls(vocabulary, form)
        subwords = Subwords.load(subwords_file(folder, side))
        if vocabulary.tokens != subwords.readable[: len(vocabulary)]:
            raise damaged(path, f"not the subwords of {subwords_file(folder, side).name}", stage)
        return cls(vocabulary, form, subwords)

    def encode_lines(self, lines: Iterable[str]) -> Iterator[tuple[list[str], list[int]]]:
        """The tokens of each line, as they are written there, and their ids.

        A special symbol that is written in a line is out of vocabulary, except ``<unk>``, as in the stage ``tokenize``.
        """
        if self.subwords:
            for ids in self.subwords.encode_lines(tidy_line(normalize(line)) for line in lines):
                yield self.vocabulary.decode(ids), ids
            return
        for line in lines:
            tokens = self.form.tokens(line)
            yield tokens, [UNK_ID if token in (EOS, PAD) else self.vocabulary.id(token) for token in tokens]

    def text(self, tokens: Sequence[str], ids: Sequence[int]) -> str:
        """Readable text from the tokens of a line, without special symbols, and their ids.

        Both are needed: an unknown word is in the tokens alone, and bytes that make a letter together in the ids alone.
        """
        if self.subwords:
            return self.subwords.decode(ids)
        return join_characters(tokens) if self.form.segmentation == "characters" else join_words(tokens)


def _line_out_of_order(vocabulary: Vocabulary) -> int | None:
    """The first line of a vocabulary of words or characters that should stand above the line before it, if any."""
    ranks = [(-count, token) for token, count in zip(vocabulary.tokens, vocabulary.counts.tolist(), strict=True)]
    first = PAD_ID + 1 if PAD in vocabulary else PAD_ID  # after the special symbols
    return next((line for line in range(first + 2, len(ranks) + 1) if ranks[line - 1] < ranks[line - 2]), None)


def unknown_tokens(tokens: Sequence[str], ids: Sequence[int]) -> list[int]:
    """The indices of the tokens that are out of vocabulary; a literal ``<unk>`` is not."""
    return [index for index, number in enumerate(ids) if number == UNK_ID and tokens[index] != UNK]
