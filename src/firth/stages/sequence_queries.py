"""``firth translate`` and ``firth answer``: what people ask of the encoder–decoders that are built.

No stages, as in ``queries``. Lines are read as they come and answered in order, one line each. One that cannot be
answered gets an empty line, and standard error says why; alone on the command line, it is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firth.corpora.archives import LocalFile, Stream, members
from firth.corpora.formats import numbered_blocks, prose_lines
from firth.errors import FirthError
from firth.params.seq2seq import Attention, Seq2seqParams, Task
from firth.seq2seq.networks import EncoderDecoder
from firth.seq2seq.search import decode_all
from firth.stages.asked_text import STANDARD_INPUT, checked, text_file
from firth.stages.sequence_models import Text, built_attentions, open_network
from firth.text.streams import TokenStream, from_sentences
from firth.text.vocabulary import UNK
from firth.training.progress import Meter

if TYPE_CHECKING:
    from firth.params.experiment import Params
    from firth.workspace import Workspace

LONGEST = 1_000  # tokens that are read at once, or as many as the longest source of training
TOGETHER = 2_000  # lines that are sorted by length before they are answered
NAMED = 5  # unknown words
WITHOUT_WORDS = "has no word that the model knows; write in the language and alphabet that it was trained on"


class Said(NamedTuple):
    """The output for one line, or why there is none, and what else is to be known about it."""

    output: str
    fault: str
    notes: list[str]


@dataclass(frozen=True)
class Model:
    """A trained encoder–decoder, and how it is asked."""

    network: EncoderDecoder
    settings: Seq2seqParams
    precision: str
    text: Text
    longest: int  # tokens in the longest source of training

    def say(self, lines: list[str], before: list[int]) -> list[Said]:
        """The output for each line, which the model reads after the ids ``before``."""
        read = [self.text.read(line) for line in lines]
        faults = [self._fault(line, ids, len(before)) for line, (ids, _) in zip(lines, read, strict=True)]
        sources = [before + ids for (ids, _), fault in zip(read, faults, strict=True) if not fault]
        outputs = decode_all(self.network, from_sentences(sources), self.settings, self.precision) if sources else []
        found = iter(outputs)
        said = []
        for (ids, unknown), fault in zip(read, faults, strict=True):
            output = [] if fault else next(found)
            notes = [] if fault else self._notes(unknown, len(before) + len(ids), len(output))
            said.append(Said(_one_line(self.text.decode(output)), fault, notes))
        return said

    def _fault(self, line: str, ids: list[int], before: int) -> str:
        most = max(LONGEST, self.longest)
        if not line.strip():
            return "is empty; write something to be read"
        if before + len(ids) > most:
            return f"makes {before + len(ids):,} tokens to read at once, and {most:,} are the most; make it shorter"
        if not self.text.is_word[ids].any():
            return WITHOUT_WORDS
        return ""

    def _notes(self, unknown: list[str], read: int, written: int) -> list[str]:
        notes = _of_unknown(unknown)
        if read > self.longest:
            notes.append(f"{read:,} tokens are more than in any source of training, {self.longest:,}")
        if written == self.settings.max_length:
            notes.append(f"the output was cut after {written:,} tokens, which seq2seq.max_length allows")
        return notes


class Asked(NamedTuple):
    """A line, or else the lines of a file or of standard input; and how, where it is not the model's own way."""

    line: str | None
    file: str | None
    attention: Attention | None
    beam_size: int | None
    batch_size: int | None


def print_translations(params: Params, workspace: Workspace, asked: Asked) -> None:
    """Print the translation of each line."""
    _print_said(_open(params, workspace, "translation", asked), asked, [])


def print_answers(params: Params, workspace: Workspace, story: str, asked: Asked) -> None:
    """Print the answer to each line, a question about the story in a file."""
    if story == STANDARD_INPUT and asked.line is None and asked.file in (None, STANDARD_INPUT):
        raise FirthError("story and questions can't both come from standard input; give one of them another way")
    model = _open(params, workspace, "qa", asked)
    with text_file(story) as text:
        read = [model.text.read(sentence) for _, sentence in prose_lines(text)]
    told = [token for ids, _ in read for token in ids]
    if not model.text.is_word[told].any():
        raise FirthError(f"{text.name}: {WITHOUT_WORDS}")
    for note in _of_unknown([word for _, unknown in read for word in unknown]):
        print(f"{text.name}: {note}", file=sys.stderr)
    _print_said(model, asked, told)


def _print_said(model: Model, asked: Asked, before: list[int]) -> None:
    line, file, *_ = asked
    if line is not None and file is not None:
        raise FirthError("a line and --file are both given; give one of them")
    if line is not None:
        (said,) = model.say([_one_line(checked(line, "text"))], before)
        if said.fault:
            raise FirthError(f"the text {said.fault}")
        print(said.output)
        for note in said.notes:
            print(note, file=sys.stderr)
        return
    out = sys.stdout  # which a bar on the terminal would replace, and among whose lines it would stand
    with nullcontext() if out.isatty() else Meter("lines", None) as meter:
        for name, first, lines in _arriving(file or STANDARD_INPUT):
            for number, said in enumerate(model.say(lines, before), start=first):
                print(said.output, file=out)
                for note in [said.fault] if said.fault else said.notes:
                    print(f"{name}: line {number}: {note}", file=sys.stderr)
            out.flush()
            if meter:
                meter.advance(len(lines))


def _arriving(file: str) -> Iterator[tuple[str, int, list[str]]]:
    """Lines of a file or of standard input, as (name, number of the first line, lines).

    From a pipe come as many as have arrived whole, without waiting for more; never more than ``TOGETHER``.
    """
    for stream in _streams(file):
        empty = True
        for first, lines in numbered_blocks(stream):
            empty = False
            for start in range(0, len(lines), TOGETHER):
                yield stream.name, first + start, lines[start : start + TOGETHER]
        if empty:
            raise FirthError(f"{stream.name}: there is no text in it; give some, a sentence a line")


def _streams(file: str) -> Iterator[Stream]:
    if file == STANDARD_INPUT:
        if sys.stdin.isatty():
            print("reading the terminal, a sentence a line; end with Ctrl-D", file=sys.stderr)
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as pipe:  # unbuffered: gives what there is
            yield Stream(pipe, "standard input")
    elif Path(file).is_fifo():
        with Path(file).open("rb", buffering=0) as pipe:
            yield Stream(pipe, file)
    else:
        for _, stream in members(LocalFile(Path(file), file)):
            yield stream


def _of_unknown(words: list[str]) -> list[str]:
    """A note on words out of vocabulary, if there are any."""
    if not words:
        return []
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return [f"out of vocabulary, so read as {UNK}: {', '.join(words[:NAMED])}{more}"]


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _open(params: Params, workspace: Workspace, task: Task, asked: Asked) -> Model:
    """The model that is wanted or, of those that are built, the one with the most powerful attention."""
    kinds = [asked.attention] if asked.attention else built_attentions(workspace, task)
    if not kinds:
        raise FirthError(
            f"{workspace.root / 'models'}: no model for {task} yet; build one with `dvc repro seq2seq@{task}-none`"
        )
    network, text = open_network(params, workspace, task, kinds[0])
    own = network.configuration.settings
    changes: dict[str, int | str] = {"beam_size": asked.beam_size or own.beam_size}
    if asked.batch_size:
        changes |= {"batch_size": asked.batch_size, "batch_type": "pairs"}
    offsets = TokenStream.load(workspace.tokens(task), "train.source").offsets
    longest = int(np.diff(offsets).max(initial=0))
    return Model(network, own.model_copy(update=changes), params.precision, text, longest)
