"""Source and target of aligned text: each side has its own vocabulary file, and subwords if it is split into them.

A vocabulary that both sides share is written twice, so that readers need not know whether it is shared.
"""

from collections.abc import Callable
from pathlib import Path

from firth.text.subwords import Subwords
from firth.text.text_form import TextForm
from firth.text.tokenizer import join_words
from firth.text.vocabulary import EOS, UNK, UNK_ID, Vocabulary

SIDES = ("source", "target")


def vocabulary_file(folder: Path, side: str) -> Path:
    """The vocabulary file of a side in a folder of tokens."""
    return folder / f"{side}.vocabulary.tsv"


def subwords_file(folder: Path, side: str) -> Path:
    """The subword file of a side in a folder of tokens; it doesn't exist if the tokens are words."""
    return folder / f"{side}.tokenizer.json"


def vocabulary_sizes(folder: Path) -> tuple[int, int]:
    """Vocabulary sizes of source and target."""
    source, target = (len(Vocabulary.load(vocabulary_file(folder, side))) for side in SIDES)
    return source, target


def decoder(folder: Path, side: str) -> Callable[[list[int]], str]:
    """The function from the ids of a sentence to readable text, for one side."""
    path = subwords_file(folder, side)
    if path.exists():
        return Subwords.load(path).decode
    vocabulary = Vocabulary.load(vocabulary_file(folder, side))
    return lambda ids: join_words(vocabulary.decode(ids))


def whole_words(folder: Path, side: str) -> list[str]:
    """The vocabulary of a side as words, in order of id; subwords that don't begin a word are empty."""
    path = subwords_file(folder, side)
    if path.exists():
        return Subwords.load(path).words()
    return Vocabulary.load(vocabulary_file(folder, side)).tokens


def encoder(folder: Path, side: str) -> Callable[[str], tuple[list[int], list[str]]]:
    """The function from a line to its ids and its words out of vocabulary, for one side.

    Every byte is a subword, so that a side that is cut into subwords has no word out of vocabulary. ``<eos>`` written
    in a line is out of vocabulary, and ``<unk>`` is not, as in the stage ``tokenize``.
    """
    path = subwords_file(folder, side)
    if path.exists():
        subwords = Subwords.load(path)
        return lambda line: (next(subwords.encode_lines([line])), [])
    vocabulary, form = Vocabulary.load(vocabulary_file(folder, side)), TextForm.load(folder)

    def encode(line: str) -> tuple[list[int], list[str]]:
        tokens = form.tokens(line)
        ids = [UNK_ID if token == EOS else vocabulary.id(token) for token in tokens]
        return ids, [token for token, number in zip(tokens, ids, strict=True) if number == UNK_ID and token != UNK]

    return encode


def readable_tokens(folder: Path, side: str) -> list[str]:
    """Every token of a side by itself as readable text, in order of id."""
    vocabulary = Vocabulary.load(vocabulary_file(folder, side))
    if not subwords_file(folder, side).exists():
        return vocabulary.tokens
    subwords = Subwords.load(subwords_file(folder, side))
    return [subwords.decode([token]) for token in range(len(vocabulary))]
