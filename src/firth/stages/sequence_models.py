"""The encoder–decoders that are built, and the text that they read and write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firth.errors import FirthError
from firth.params.seq2seq import Attention, Task
from firth.seq2seq.networks import EncoderDecoder, load
from firth.stages.built_models import SETTINGS, check_vocabulary, damage_reported
from firth.stages.languages import read_language
from firth.text.sides import SIDES, decoder, subwords_file, vocabulary_file
from firth.text.subwords import Subwords
from firth.text.vocabulary import UNK_ID, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from firth.params.experiment import Params
    from firth.workspace import Workspace

PREFERRED: tuple[Attention, ...] = ("additive", "general", "dot", "none")


class Text(NamedTuple):
    """How the text of one task becomes ids, and ids become text."""

    read: Callable[[str], tuple[list[int], list[str]]]  # a line → its ids, its words out of vocabulary
    decode: Callable[[list[int]], str]
    source: list[str]  # every token of a source by itself, in order of id
    target: list[str]
    is_word: np.ndarray  # (V,) bool: a token of a source has letters or digits, and stood in the training text


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
    folder = _folder(workspace, task, attention)
    command = f"dvc repro seq2seq@{task}-{attention}" if attention != "general" else f"firth seq2seq {task} general"
    if not (folder / SETTINGS).exists():
        raise FirthError(f"{folder}: not there yet; build it with `{command}`")
    with damage_reported(folder, command):
        network = load(folder)
    text = _text(params, workspace, task)
    _, source_size, target_size, _ = network.configuration
    check_vocabulary(folder, command, source_size, len(text.source))
    check_vocabulary(folder, command, target_size, len(text.target))
    return network, text


def _folder(workspace: Workspace, task: Task, attention: Attention) -> Path:
    return workspace.model(f"seq2seq-{task}-{attention}")


def _text(params: Params, workspace: Workspace, task: Task) -> Text:
    tokens = workspace.tokens(task)
    vocabulary = Vocabulary.load(vocabulary_file(tokens, "source"))
    source, target = (_spelled(tokens, side) for side in SIDES)
    read = _piece_reader(tokens) if subwords_file(tokens, "source").exists() else _word_reader(params, workspace, task)
    return Text(read, decoder(tokens, "target"), source, target, _words_among(source, vocabulary))


def _spelled(tokens: Path, side: str) -> list[str]:
    vocabulary = Vocabulary.load(vocabulary_file(tokens, side))
    if not subwords_file(tokens, side).exists():
        return vocabulary.tokens
    subwords = Subwords.load(subwords_file(tokens, side))
    return [subwords.decode([token]) for token in range(len(vocabulary))]


def _piece_reader(tokens: Path) -> Callable[[str], tuple[list[int], list[str]]]:
    subwords = Subwords.load(subwords_file(tokens, "source"))
    return lambda line: (next(subwords.encode_lines([line])), [])  # every byte is a piece: nothing is unknown


def _word_reader(params: Params, workspace: Workspace, task: Task) -> Callable[[str], tuple[list[int], list[str]]]:
    language = read_language(params, workspace, task)

    def read(line: str) -> tuple[list[int], list[str]]:
        block = language.block([line])
        return block.stream.ids.tolist(), [block.tokens[place] for place in block.unknown]

    return read


def _words_among(spelled: Iterable[str], vocabulary: Vocabulary) -> np.ndarray:
    """Which tokens of a vocabulary, as they are spelled, hold letters or digits and came in training, (V,) bool."""
    words = np.array([any(map(str.isalnum, token)) for token in spelled]) & (vocabulary.counts > 0)
    words[UNK_ID] = False
    return words
