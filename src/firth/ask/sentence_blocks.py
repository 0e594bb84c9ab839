"""Sentences as language models read them: tokenized as the training text was, and encoded by its vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from firth.text.streams import TokenStream
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS_ID, UNK, UNK_ID, Vocabulary

CHARACTERS_TOGETHER = 1 << 17
COUNTED = 100_000  # different unknown words; if there are more, the rarer half is forgotten


@dataclass(frozen=True)
class SentenceBlock:
    """Some sentences.

    Attributes
    ----------
    lines : the sentences as they were written.
    tokens : those of all sentences.
    stream : the same tokens as ids.
    unknown : indices of the tokens that are out of vocabulary.
    """

    lines: list[str]
    tokens: list[str]
    stream: TokenStream
    unknown: list[int]

    @property
    def unknown_words(self) -> list[str]:
        """The words out of vocabulary in order of appearance, each once."""
        return list(dict.fromkeys(self.tokens[index] for index in self.unknown))


@dataclass(frozen=True)
class SentenceEncoder:
    """Tokenizes and encodes sentences."""

    vocabulary: Vocabulary
    form: TextForm

    @classmethod
    def load(cls, tokens: Path) -> SentenceEncoder:
        """For the text of a folder of tokens, data/tokens/lm.

        Raises
        ------
        FirthError
            If a file of the folder doesn't exist or is damaged.
        """
        return cls(Vocabulary.load(tokens / "vocabulary.tsv"), TextForm.load(tokens))

    def encode(self, lines: Iterable[str]) -> SentenceBlock:
        """Encode sentences, one a line; lines without tokens are skipped.

        ``<eos>`` written in a text is out of vocabulary, and ``<unk>`` is not, as in the stage ``tokenize``.
        """
        sentences = [(line, tokens) for line in lines if (tokens := self.form.tokens(line))]
        tokens = [token for _, sentence in sentences for token in sentence]
        ids = self.vocabulary.encode(tokens)
        ids[ids == EOS_ID] = UNK_ID
        unknown = [index for index in np.flatnonzero(ids == UNK_ID).tolist() if tokens[index] != UNK]
        offsets = np.cumsum([0, *(len(sentence) for _, sentence in sentences)])
        return SentenceBlock([line for line, _ in sentences], tokens, TokenStream(ids, offsets), unknown)

    def encode_sentence(self, text: str) -> SentenceBlock:
        """Encode a text as a single sentence, whatever its line breaks."""
        return self.encode([" ".join(text.splitlines())])


@dataclass
class UnknownWords:
    """Words out of vocabulary: how many there are, and the frequency of each while they are not too many."""

    total: int = 0
    words: Counter[str] = field(default_factory=Counter)

    def add(self, block: SentenceBlock) -> None:
        """Count the unknown words of more sentences."""
        self.total += len(block.unknown)
        self.words.update(block.tokens[index] for index in block.unknown)
        if len(self.words) > COUNTED:
            self.words = Counter(dict(self.words.most_common(COUNTED // 2)))


def line_groups(lines: Iterable[str]) -> Iterator[list[str]]:
    """Consecutive lines in groups of about ``CHARACTERS_TOGETHER`` characters, some ten thousand tokens."""
    group: list[str] = []
    characters = 0
    for line in lines:
        group.append(line)
        characters += len(line)
        if characters >= CHARACTERS_TOGETHER:
            yield group
            group, characters = [], 0
    if group:
        yield group
