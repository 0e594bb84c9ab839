"""Source and target of aligned text: each side has its own vocabulary file, and subwords if it is cut into them.

A vocabulary that both sides share is written twice, so that readers need not know whether it is shared.
"""

from collections.abc import Callable
from pathlib import Path

from firth.text.text_encoding import TextEncoding, unknown_tokens
from firth.text.vocabulary import Vocabulary, vocabulary_file

SIDES = ("source", "target")


def vocabulary_sizes(folder: Path) -> tuple[int, int]:
    """Vocabulary sizes of source and target."""
    source, target = (len(Vocabulary.load(vocabulary_file(folder, side))) for side in SIDES)
    return source, target


def decoder(folder: Path, side: str) -> Callable[[list[int]], str]:
    """The function from the ids of a sentence to readable text, for one side."""
    encoding = TextEncoding.load(folder, side)
    return lambda ids: encoding.text(encoding.vocabulary.decode(ids), ids)


def whole_words(folder: Path, side: str) -> list[str]:
    """The vocabulary of a side as words, in order of id; a token that is no word, or doesn't begin one, is empty."""
    encoding = TextEncoding.load(folder, side)
    return encoding.form.words_of(encoding.vocabulary.tokens)


def encoder(folder: Path, side: str) -> Callable[[str], tuple[list[int], list[str]]]:
    """The function from a line to its ids and its tokens out of vocabulary, for one side.

    Every byte is a subword, so that a side that is cut into subwords has no token out of vocabulary.
    """
    encoding = TextEncoding.load(folder, side)

    def encode(line: str) -> tuple[list[int], list[str]]:
        ((tokens, ids),) = encoding.encode_lines([line])
        return ids, [tokens[index] for index in unknown_tokens(tokens, ids)]

    return encode


def readable_tokens(folder: Path, side: str) -> list[str]:
    """Every token of a side by itself as readable text, in order of id; subwords are shown without their space."""
    encoding = TextEncoding.load(folder, side)
    if not encoding.subwords:
        return encoding.vocabulary.tokens
    return [encoding.subwords.decode([token]) for token in range(len(encoding.vocabulary))]
