"""The encoder–decoders that are built, and the text that they read and write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firth.params.seq2seq import Attention, Task
from firth.seq2seq.networks import EncoderDecoder, load
from firth.stages.built_models import SETTINGS, check_vocabulary, damage_reported
from firth.stages.languages import Language, read_language
from firth.text.subwords import Subwords
from firth.text.tokenizer import join_words
from firth.text.vocabulary import UNK, Vocabulary
from firth.workspace import require

if TYPE_CHECKING:
    from pathlib import Path

    from firth.params.experiment import Params
    from firth.workspace import Workspace

PREFERRED: tuple[Attention, ...] = ("additive", "general", "dot", "none")


class Text(NamedTuple):
    """How the text of one task becomes ids, and ids become text."""

    read: Callable[[str], tuple[list[int], list[str]]]  # a line → its ids, its words out of vocabulary
    decode: Callable[[list[int]], str]
    spell: Callable[[int], str]  # one token by itself
    is_word: np.ndarray  # (V,) bool: has letters or digits, and stood in the training text


def built_attentions(workspace: Workspace, task: Task) -> list[Attention]:
    """Which encoder–decoders of a task are built, the most powerful first."""
    return [kind for kind in PREFERRED if (_folder(workspace, task, kind) / SETTINGS).exists()]


def open_network(params: Params, workspace: Workspace, task: Task, attention: Attention) -> tuple[EncoderDecoder, Text]:
    """A trained encoder–decoder, and its text.

    Raises
    ------
    FirthError
        If it is not there, damaged, or of another vocabulary than the one that is there.
    """
    folder, stage = _folder(workspace, task, attention), f"seq2seq@{task}-{attention}"
    require(folder / SETTINGS, stage)
    with damage_reported(folder, stage):
        network = load(folder)
    text, vocabulary = _text(params, workspace, task)
    check_vocabulary(folder, stage, network.configuration.vocabulary_size, vocabulary)
    return network, text


def _folder(workspace: Workspace, task: Task, attention: Attention) -> Path:
    return workspace.model(f"seq2seq-{task}-{attention}")


def _text(params: Params, workspace: Workspace, task: Task) -> tuple[Text, Vocabulary]:
    if task == "translation":
        vocabulary = Vocabulary.load(workspace.tokens(task) / "vocabulary.tsv")
        return _pieces(workspace.tokens(task), vocabulary), vocabulary
    language = read_language(params, workspace, task)
    return _words(language), language.vocabulary


def _pieces(tokens: Path, vocabulary: Vocabulary) -> Text:
    """Of translation: every byte is in the alphabet, so that no word is out of vocabulary."""
    subwords = Subwords.load(tokens / "tokenizer.json")

    def read(line: str) -> tuple[list[int], list[str]]:
        return next(subwords.encode_lines([line])), []

    def spell(token: int) -> str:
        return subwords.decode([token])

    return Text(read, subwords.decode, spell, _words_among(map(spell, range(len(vocabulary))), vocabulary))


def _words(language: Language) -> Text:
    """Of question answering."""
    vocabulary = language.vocabulary

    def read(line: str) -> tuple[list[int], list[str]]:
        block = language.block([line])
        return block.stream.ids.tolist(), [block.tokens[place] for place in block.unknown]

    spelled = [token for token in vocabulary.tokens if token != UNK]
    known = _words_among(["", *spelled], vocabulary)
    return Text(read, lambda ids: join_words(vocabulary.decode(ids)), vocabulary.tokens.__getitem__, known)


def _words_among(spelled: Iterable[str], vocabulary: Vocabulary) -> np.ndarray:
    """Which tokens of a vocabulary, as they are spelled, hold letters or digits and came in training, (V,) bool."""
    return np.array([any(map(str.isalnum, token)) for token in spelled]) & (vocabulary.counts > 0)
