"""``firth translate`` and ``firth answer``: outputs of the encoder–decoders that are built.

Lines are read as they arrive and answered in order, one line each. A line that can't be answered gets an empty line,
and standard error says why; alone on the command line, it is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from firth.ask.arriving_lines import TOO_LONG, arriving_lines
from firth.ask.asked_text import STANDARD_INPUT, asked, text_file
from firth.ask.built_models import built_attentions, require_built
from firth.ask.line_decoding import DecodedText, LineDecoder, only
from firth.ask.loading import load_line_decoder
from firth.ask.translators import QuestionAnswerer, Translator
from firth.corpora.formats import prose_lines
from firth.errors import FirthError, listed, shown
from firth.params.task_names import Task
from firth.text.vocabulary import UNK
from firth.training.progress import Meter

if TYPE_CHECKING:
    from firth.workspace import Workspace

DecodeLines = Callable[[list[str]], list[DecodedText]]


class SequenceQuestion(NamedTuple):
    """A line, or else the lines of a file or of standard input, and options in place of the model's defaults."""

    line: str | None
    file: str | None
    attention: str | None
    beam_size: int | None
    batch_size: int | None


def print_translations(workspace: Workspace, question: SequenceQuestion) -> None:
    """Print the translation of each line."""
    _print_outputs(Translator(_open(workspace, "translation", question)).translate_lines, question)


def print_answers(workspace: Workspace, story: str, question: SequenceQuestion) -> None:
    """Print the answer to each line, a question about the story in a file."""
    if story == STANDARD_INPUT and question.line is None and question.file in (None, STANDARD_INPUT):
        raise FirthError("story and questions can't both come from standard input; give one of them another way")
    answerer = QuestionAnswerer(_open(workspace, "qa", question))
    with text_file(story) as text:
        read = answerer.read_story((sentence for _, sentence in prose_lines(text)), text.name)
    for note in _unknown_note(read.unknown):
        print(f"{shown(text.name)}: {note}", file=sys.stderr)
    _print_outputs(partial(answerer.answer_lines, read), question)


def _print_outputs(decode_lines: DecodeLines, question: SequenceQuestion) -> None:
    line, file, *_ = question
    if line is not None and file is not None:
        raise FirthError("a line and --file are both given; give one of them")
    if line is not None:
        decoded = only(decode_lines([asked(line, "text")]))
        print(decoded.text)
        for note in _notes(decoded):
            print(note, file=sys.stderr)
        return
    out = sys.stdout  # the progress bar on the terminal replaces sys.stdout; it isn't shown among lines of output
    with nullcontext() if out.isatty() else Meter("lines", None) as meter:
        for block in arriving_lines(file or STANDARD_INPUT):
            for (number, _), decoded in zip(block.numbered(), decode_lines(block.lines), strict=True):
                print(decoded.text, file=out)
                for note in [TOO_LONG] if number in block.too_long else _notes(decoded):
                    print(f"{shown(block.name)}: line {number}: {note}", file=sys.stderr)
            out.flush()
            if meter:
                meter.advance(len(block.lines))


def _notes(decoded: DecodedText) -> list[str]:
    return [decoded.fault] if decoded.fault else [*_unknown_note(decoded.unknown), *decoded.notes]


def _unknown_note(words: list[str]) -> list[str]:
    """A note on words out of vocabulary, if there are any."""
    if not words:
        return []
    return [f"out of vocabulary, so read as {UNK}: {listed(words)}"]


def _open(workspace: Workspace, task: Task, question: SequenceQuestion) -> LineDecoder:
    """The model with the attention wanted, or else with the most powerful attention that is built."""
    built = built_attentions(workspace, task)
    attention = question.attention or built[0]
    require_built(workspace, f"seq2seq-{task}-", attention, built)
    decoder = load_line_decoder(workspace.model(f"seq2seq-{task}-{attention}"))
    return decoder.varied(question.beam_size, question.batch_size)
