"""``firth perplexity``, ``generate`` and ``next``: answers of the language models that are built.

A word out of vocabulary is read as ``<unk>``, which is reported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from firth.ask.answer_tables import Columns, plain_table, print_answer, side_by_side
from firth.ask.asked_text import asked, text_blocks, text_file
from firth.ask.built_models import built_language_models
from firth.ask.loading import load_language_models
from firth.ask.sentence_blocks import SentenceBlock, SentenceEncoder, UnknownWords
from firth.ask.sentence_tables import print_table_of_lines, sentence_headings, sentence_rows
from firth.ask.unknown_words import unknown_note
from firth.errors import FirthError, shown
from firth.measures.perplexity import RunningTotals, TextLength, unit_perplexities
from firth.text.vocabulary import EOS, UNK

if TYPE_CHECKING:
    from firth.ask.language_models import LanguageModel
    from firth.text.text_form import TextForm
    from firth.workspace import Workspace

NAMED = 5  # unknown words
DECIMALS = 4  # of probabilities
TITLE_WORDS = 12
PER_UNIT = {
    "word_perplexity": "perplexity per word",
    "character_perplexity": "perplexity per character",
    "bits_per_character": "bits per character",
}


def print_perplexity(workspace: Workspace, file: str, wanted: str | None) -> None:
    """Print every model's perplexity of a file."""
    models = load_language_models(workspace, wanted)
    scorers = {name: model.new_scorer() for name, model in models.items()}
    totals = {name: RunningTotals() for name in models}
    encoder, length = _encoder(models), TextLength(0, 0)
    unknown, count = UnknownWords(), 0
    with text_file(file) as text:
        for block in text_blocks(text, encoder):
            ids = block.stream.with_sentence_ends()
            for name, scorer in scorers.items():
                totals[name].add(ids, scorer.score(ids))
            unknown.add(block)
            count += len(block.stream)
            length += encoder.length(block)
        if not count:
            raise FirthError(f"{shown(text.name)}: there is no word in it; give a file that holds some")
    _print_totals(text.name, count, totals, unknown, length, encoder.form)


def print_sentence_losses(workspace: Workspace, file: str, wanted: str | None) -> None:
    """Print the negative log-likelihood of each line of a file by every model, which reads the lines in order."""
    models = load_language_models(workspace, wanted)
    scorers = {name: model.new_scorer() for name, model in models.items()}

    def rows(lines: Sequence[str], first: int, block: SentenceBlock) -> Iterable[list[str]]:
        ids = block.stream.with_sentence_ends()
        losses = {name: -scorer.score(ids) if len(ids) else np.zeros(0) for name, scorer in scorers.items()}
        return sentence_rows(lines, block, losses)

    print_table_of_lines(file, _encoder(models), sentence_headings(list(models)), rows)


def print_generated(
    workspace: Workspace, prompt: str, temperature: float, seed: int, count: int, length: int, wanted: str | None
) -> None:
    """Print sentences that begin with the prompt, as one model continues them, one a line."""
    (model,) = load_language_models(workspace, wanted or built_language_models(workspace)[-1]).values()
    _report_unknown(model, _first_words(prompt, model.encoder).unknown_words)
    unfinished = 0
    for index in range(count):
        generated = model.generate(prompt, temperature, seed, length, index)
        unfinished += not generated.finished
        print(generated.text)
    if unfinished:
        print(f"{unfinished} of {count} not finished after {length} tokens; --length allows more", file=sys.stderr)


def print_next(workspace: Workspace, text: str, count: int, wanted: str | None) -> None:
    """Print the most probable next tokens after the first words of a sentence, by every model."""
    models = load_language_models(workspace, wanted)
    encoder = _encoder(models)
    sentence = _first_words(text, encoder)
    _report_unknown(next(iter(models.values())), sentence.unknown_words)
    columns: Columns = [(name, "probability", model.next_token(text, count)) for name, model in models.items()]
    words = encoder.vocabulary.decode(sentence.stream.ids)
    shown = " ".join(["…", *words[-TITLE_WORDS:]] if len(words) > TITLE_WORDS else words)
    print_answer(f"after {shown}" if words else "first in a sentence", side_by_side(columns, DECIMALS), [])


def _encoder(models: Mapping[str, LanguageModel]) -> SentenceEncoder:
    return next(iter(models.values())).encoder


def _first_words(text: str, encoder: SentenceEncoder) -> SentenceBlock:
    return encoder.encode([asked(text, "beginning of the sentence")])


def _report_unknown(model: LanguageModel, unknown: list[str]) -> None:
    """Report the first words out of vocabulary, and words spelled like them, on standard error."""
    for word in unknown[:NAMED]:
        advice = model.spelling.advice(word)
        print(f"{shown(word)}: not in the vocabulary of the language models, so read as {UNK}{advice}", file=sys.stderr)
    if len(unknown) > NAMED:
        print(f"… and {len(unknown) - NAMED:,} more words", file=sys.stderr)


def _print_totals(
    name: str,
    count: int,
    totals: Mapping[str, RunningTotals],
    unknown: UnknownWords,
    length: TextLength,
    form: TextForm,
) -> None:
    """Print a row for each model, and below the table the tokens out of vocabulary.

    Parameters
    ----------
    length : of the text; without words if tokens are words.
    """
    tokens, unknown_tokens = next((running.tokens, running.unknown) for running in totals.values())
    per_unit = PER_UNIT if length.words else {}
    headings = ["perplexity", "cross-entropy (nats)", *([f"perplexity without {UNK}"] if unknown_tokens else [])]
    table = plain_table()
    table.add_column("model")
    for heading in [*headings, *per_unit.values()]:
        table.add_column(heading, justify="right")
    for model, running in totals.items():
        values = [running.perplexity, running.cross_entropy, running.perplexity_without_unknown][: len(headings)]
        found = unit_perplexities(running.negative_log_likelihood, length) if per_unit else {}
        values += [found[name] for name in per_unit]
        table.add_row(Text(model), *(f"{value:.3f}" for value in values))
    notes = [unknown_note(unknown, tokens - count, form)] if unknown.total else []
    sentences = "1 sentence" if count == 1 else f"{count:,} sentences"
    print_answer(f"{shown(name)}: {sentences}, {tokens:,} tokens with each {EOS}", table, notes)
