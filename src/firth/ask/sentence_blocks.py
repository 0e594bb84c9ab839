"""Sentences as language models read them: split as the training text was, and encoded by its vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from firth.ask.spelling import Spelling
from firth.measures.perplexity import TextLength
from firth.text.characters import count_words_and_characters
from firth.text.streams import TokenStream, from_sentences
from firth.text.text_encoding import TextEncoding, unknown_tokens
from firth.text.vocabulary import EOS, UNK

CHARACTERS_TOGETHER = 1 << 17
COUNTED = 100_000  # different unknown tokens; if there are more, the rarer half is forgotten


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
        """The tokens out of vocabulary in order of appearance, each once."""
        return list(dict.fromkeys(self.tokens[index] for index in self.unknown))


@dataclass(frozen=True)
class SentenceEncoder(TextEncoding):
    """Splits and encodes sentences."""

    def encode(self, lines: Iterable[str]) -> SentenceBlock:
        """Encode sentences, one a line; lines without tokens are skipped."""
        lines = list(lines)
        sentences = [found for found in zip(lines, self.encode_lines(lines), strict=True) if found[1][0]]
        tokens = [token for _, (written, _) in sentences for token in written]
        stream = from_sentences([ids for _, (_, ids) in sentences])
        unknown = unknown_tokens(tokens, stream.ids.tolist())
        return SentenceBlock([line for line, _ in sentences], tokens, stream, unknown)

    @cached_property
    def spelling(self) -> Spelling:
        """Help with words out of vocabulary."""
        return Spelling(token for token in self.vocabulary.tokens if token not in (UNK, EOS))

    def length(self, block: SentenceBlock) -> TextLength:
        """How many words and characters a block's lines, in normal form, have; 0 and 0 if tokens are words."""
        if self.form.segmentation == "words":
            return TextLength(0, 0)
        counts = [count_words_and_characters(line, self.form.tokenized) for line in block.lines]
        words, characters = (sum(column) + len(counts) for column in zip(*counts, strict=True))
        return TextLength(words, characters)


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
