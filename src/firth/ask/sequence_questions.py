"""``firth translate`` and ``firth answer``: outputs of the encoder–decoders that are built.

Lines are read as they arrive and answered in order, one line each. A line that can't be answered gets an empty line,
and standard error says why; alone on the command line, it is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rich.text import Text

from firth.ask.answer_tables import plain_table, print_answer, print_json
from firth.ask.arriving_lines import TOO_LONG, arriving_lines
from firth.ask.asked_text import STANDARD_INPUT, asked, text_file
from firth.ask.built_models import built_attentions, require_built
from firth.ask.line_decoding import DecodedText, LineDecoder, only
from firth.ask.loading import load_line_decoder
from firth.ask.translators import QuestionAnswerer, Translator, with_words_of
from firth.corpora.formats import prose_lines
from firth.errors import FirthError, listed, shown
from firth.params.task_names import Task
from firth.text.vocabulary import UNK
from firth.training.progress import Meter

if TYPE_CHECKING:
    from firth.workspace import Workspace

MOST_SOURCES, LEAST_WEIGHT = 3, 0.05  # of the attention of one token that --explain shows

DecodeLines = Callable[[list[str]], list[DecodedText]]


class SequenceQuestion(NamedTuple):
    """A line, or else the lines of a file or of standard input, and options in place of the model's defaults."""

    line: str | None
    file: str | None
    attention: str | None
    beam_size: int | None
    batch_size: int | None
    explain: bool
    as_json: bool


def print_translations(workspace: Workspace, question: SequenceQuestion) -> None:
    """Print the translation of each line."""
    translator = Translator(_open(workspace, "translation", question))
    if question.explain:
        _print_explained(translator.translate(_only_line(question)), question.as_json)
    else:
        _print_outputs(translator.translate_lines, question)


def print_answers(workspace: Workspace, story: str, question: SequenceQuestion) -> None:
    """Print the answer to each line, a question about the story in a file."""
    if story == STANDARD_INPUT and question.line is None and question.file in (None, STANDARD_INPUT):
        raise FirthError("story and questions can't both come from standard input; give one of them another way")
    answerer = QuestionAnswerer(_open(workspace, "qa", question))
    with text_file(story) as text:
        sentences = [sentence for _, sentence in prose_lines(text)]
    if question.explain:
        _print_explained(answerer.answer("\n".join(sentences), _only_line(question)), question.as_json)
        return
    read = answerer.read_story(sentences, text.name)
    if not question.as_json:
        for note in _unknown_notes(read.unknown, read.unseen):
            print(f"{shown(text.name)}: {note}", file=sys.stderr)

    def answer_lines(lines: list[str]) -> list[DecodedText]:
        answers = answerer.answer_lines(read, lines)
        return [with_words_of(read, answer) for answer in answers] if question.as_json else answers

    _print_outputs(answer_lines, question)


def _print_outputs(decode_lines: DecodeLines, question: SequenceQuestion) -> None:
    line, file = question.line, question.file
    if line is not None and file is not None:
        raise FirthError("a line and --file are both given; give one of them")
    if line is not None:
        _print_one(only(decode_lines([asked(line, "text")])), question.as_json)
        return
    out = sys.stdout  # the progress bar on the terminal replaces sys.stdout; it isn't shown among lines of output
    with nullcontext() if out.isatty() else Meter("lines", None) as meter:
        for block in arriving_lines(file or STANDARD_INPUT):
            for (number, _), decoded in zip(block.numbered(), decode_lines(block.lines), strict=True):
                if question.as_json:
                    fault = TOO_LONG if number in block.too_long else decoded.fault
                    print_json(_as_json(replace(decoded, fault=fault)), out)
                    continue
                print(decoded.text, file=out)
                for note in [TOO_LONG] if number in block.too_long else _notes(decoded):
                    print(f"{shown(block.name)}: line {number}: {note}", file=sys.stderr)
            out.flush()
            if meter:
                meter.advance(len(block.lines))


def _print_one(decoded: DecodedText, as_json: bool) -> None:
    if as_json:
        print_json(_as_json(decoded))
        return
    print(decoded.text)
    for note in _notes(decoded):
        print(note, file=sys.stderr)


def _print_explained(decoded: DecodedText, as_json: bool) -> None:
    """Print an output and, for each of its tokens, the tokens of the source with the largest attention weights."""
    _print_one(decoded, as_json)
    if as_json:
        return
    if decoded.attention is None:
        print("this model has no attention to show; --attention names another, if one is built", file=sys.stderr)
        return
    table = plain_table()
    table.add_column("token")
    table.add_column("attends to")
    for token, weights in zip(decoded.tokens, decoded.attention, strict=True):
        largest = [position for position in np.argsort(-weights)[:MOST_SOURCES] if weights[position] >= LEAST_WEIGHT]
        table.add_row(Text(token), Text("  ".join(f"{decoded.source_tokens[p]} {weights[p]:.2f}" for p in largest)))
    print_answer("", [table], [])


def _only_line(question: SequenceQuestion) -> str:
    if question.line is None or question.file is not None:
        raise FirthError("--explain needs one line in quotes; give it instead of a file")
    return asked(question.line, "text")


def _as_json(decoded: DecodedText) -> dict[str, Any]:
    attention = None if decoded.attention is None else decoded.attention.tolist()
    return {**asdict(replace(decoded, attention=None)), "attention": attention}


def _notes(decoded: DecodedText) -> list[str]:
    return [decoded.fault] if decoded.fault else [*_unknown_notes(decoded.unknown, decoded.unseen), *decoded.notes]


def _unknown_notes(unknown: list[str], unseen: list[str]) -> list[str]:
    """Notes on words out of vocabulary and on words that training never had, if there are any."""
    notes = [f"out of vocabulary, so read as {UNK}: {listed(unknown)}"] if unknown else []
    return [*notes, f"never in the training text, so read in pieces: {listed(unseen)}"] if unseen else notes


def _open(workspace: Workspace, task: Task, question: SequenceQuestion) -> LineDecoder:
    """The model with the attention wanted, or else with the most powerful attention that is built."""
    built = built_attentions(workspace, task)
    attention = question.attention or built[0]
    require_built(workspace, f"seq2seq-{task}-", attention, built)
    decoder = load_line_decoder(workspace.model(f"seq2seq-{task}-{attention}"))
    return decoder.varied(question.beam_size, question.batch_size)
