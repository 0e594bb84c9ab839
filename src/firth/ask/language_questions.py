"""``firth perplexity``, ``generate``, ``next`` and ``agree``: answers of the language models that are built.

A word out of vocabulary is read as ``<unk>``, which is reported.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from firth.ask.answer_tables import RankedWords, plain_table, print_answer, print_json, score_tables, scored
from firth.ask.asked_text import asked, text_blocks, text_file
from firth.ask.built_models import built_language_models
from firth.ask.loading import load_language_models
from firth.ask.sentence_blocks import SentenceBlock, SentenceEncoder, UnknownWords
from firth.ask.sentence_tables import Row, print_table_of_lines, sentence_headings, sentence_rows
from firth.ask.unknown_words import unknown_note
from firth.errors import FirthError, shown
from firth.measures.minimal_pairs import TIE
from firth.measures.perplexity import RunningTotals, TextLength, unit_perplexities
from firth.text.vocabulary import EOS, UNK

if TYPE_CHECKING:
    from firth.ask.language_models import LanguageModel
    from firth.text.text_form import TextForm
    from firth.workspace import Workspace

NAMED, LISTED = 5, 1000  # unknown words, for people and in JSON
DECIMALS = 4  # of probabilities
TITLE_WORDS = 12
BEGINNING = "beginning of the sentence"
PER_UNIT = {
    "word_perplexity": "perplexity per word",
    "character_perplexity": "perplexity per character",
    "bits_per_character": "bits per character",
}


@dataclass
class _TextScores:
    """What is known of a text.

    Attributes
    ----------
    name : the text's, for people.
    form : how the text is split.
    totals : model → sums over its tokens, with one ``<eos>`` for each sentence; there is one model or more.
    sentences : how many there are.
    unknown : tokens out of vocabulary.
    length : words and characters; 0 and 0 if tokens are words.
    """

    name: str
    form: TextForm
    totals: Mapping[str, RunningTotals]
    sentences: int = 0
    unknown: UnknownWords = field(default_factory=UnknownWords)
    length: TextLength = field(default_factory=lambda: TextLength(0, 0))

    @property
    def tokens(self) -> int:
        """How many every model has scored."""
        return next(running.tokens for running in self.totals.values())


def print_perplexity(workspace: Workspace, file: str, wanted: str | None, as_json: bool) -> None:
    """Print every model's perplexity of a file."""
    models = load_language_models(workspace, wanted)
    scorers = {name: model.new_scorer() for name, model in models.items()}
    encoder = _encoder(models)
    with text_file(file) as text:
        scores = _TextScores(text.name, encoder.form, {name: RunningTotals() for name in models})
        for block in text_blocks(text, encoder):
            ids = block.stream.with_sentence_ends()
            for name, scorer in scorers.items():
                scores.totals[name].add(ids, scorer.score(ids))
            scores.unknown.add(block)
            scores.sentences += len(block.stream)
            scores.length += encoder.length(block)
        if not scores.sentences:
            raise FirthError(f"{shown(text.name)}: there is no word in it; give a file that holds some")
    if as_json:
        _print_json_totals(scores)
    else:
        _print_totals(scores)


def print_sentence_losses(workspace: Workspace, file: str, wanted: str | None, as_json: bool) -> None:
    """Print the negative log-likelihood of each line of a file by every model, which reads the lines in order."""
    models = load_language_models(workspace, wanted)
    scorers = {name: model.new_scorer() for name, model in models.items()}

    def rows(lines: Sequence[str], first: int, block: SentenceBlock) -> Iterable[Row]:
        ids = block.stream.with_sentence_ends()
        losses = {name: -scorer.score(ids) if len(ids) else np.zeros(0) for name, scorer in scorers.items()}
        return sentence_rows(lines, block, losses)

    print_table_of_lines(file, _encoder(models), sentence_headings(list(models)), rows, as_json)


def print_generated(
    workspace: Workspace,
    prompt: str,
    temperature: float,
    seed: int,
    count: int,
    length: int,
    wanted: str | None,
    as_json: bool,
) -> None:
    """Print sentences that begin with the prompt, as one model continues them, one a line."""
    (model,) = load_language_models(workspace, wanted or built_language_models(workspace)[-1]).values()
    if not as_json:
        _report_unknown(model, _first_words(prompt, model.encoder).unknown_words)
    unfinished = 0
    for index in range(count):
        generated = model.generate(prompt, temperature, seed, length, index)
        unfinished += not generated.finished
        if as_json:
            print_json({"model": model.name, **asdict(generated)})
        else:
            print(generated.text)
    if unfinished and not as_json:
        print(f"{unfinished} of {count} not finished after {length} tokens; --length allows more", file=sys.stderr)


def print_next(workspace: Workspace, text: str, count: int, wanted: str | None, as_json: bool) -> None:
    """Print the most probable next tokens after the first words of a sentence, by every model."""
    models = load_language_models(workspace, wanted)
    encoder = _encoder(models)
    sentence = _first_words(text, encoder)
    found = {name: model.next_token(text, count) for name, model in models.items()}
    if as_json:
        tokens = {name: scored(ranked, "token", "probability") for name, ranked in found.items()}
        print_json({"text": asked(text, BEGINNING), "next": tokens, "unknown": sentence.unknown_words})
        return
    _report_unknown(next(iter(models.values())), sentence.unknown_words)
    columns: list[RankedWords] = [(name, "probability", ranked) for name, ranked in found.items()]
    words = encoder.vocabulary.decode(sentence.stream.ids)
    shown = " ".join(["…", *words[-TITLE_WORDS:]] if len(words) > TITLE_WORDS else words)
    print_answer(f"after {shown}" if words else "first in a sentence", score_tables(columns, DECIMALS), [])


def print_agreement(
    workspace: Workspace, text: str, alternatives: Sequence[str], wanted: str | None, as_json: bool
) -> None:
    """Print the probability of each alternative after the first words of a sentence, by every model."""
    models = load_language_models(workspace, wanted)
    model = next(iter(models.values()))
    text = asked(text, BEGINNING)
    alternatives = list(dict.fromkeys(asked(alternative, "alternative") for alternative in alternatives))
    if any(not model.encoder.encode([alternative]).tokens for alternative in alternatives):
        raise FirthError("an alternative is empty; give a word or more")
    if len(alternatives) < 2:
        raise FirthError("one alternative is given; give two or more that differ, such as bark barks")
    unknown = model.encoder.encode([" ".join([text, *alternatives])]).unknown_words
    found = {name: model.continuations(text, alternatives) for name, model in models.items()}
    shares = {name: {word: math.exp(score) for word, score in scores.items()} for name, scores in found.items()}
    best = {name: preferred(scores) for name, scores in found.items()}
    if as_json:
        answer = {"text": text, "probability": shares, "log_probability": found, "prefers": best, "unknown": unknown}
        print_json(answer)
        return
    _report_unknown(model, unknown)
    table = plain_table()
    table.add_column("model")
    for alternative in alternatives:
        table.add_column(Text(alternative), justify="right")
    table.add_column("prefers")
    for name, of_model in shares.items():
        table.add_row(Text(name), *(f"{share:#.3g}" for share in of_model.values()), Text(best[name] or "neither"))
    print_answer(f"probability after {text}" if text else "probability first in a sentence", [table], [])


def preferred(scores: Mapping[str, float]) -> str | None:
    """The alternative with the highest log P; None if another has the same (within 10⁻⁶ nats)."""
    first, second = sorted(scores, key=lambda alternative: -scores[alternative])[:2]
    return first if scores[second] < scores[first] - TIE else None


def _encoder(models: Mapping[str, LanguageModel]) -> SentenceEncoder:
    return next(iter(models.values())).encoder


def _first_words(text: str, encoder: SentenceEncoder) -> SentenceBlock:
    return encoder.encode([asked(text, BEGINNING)])


def _report_unknown(model: LanguageModel, unknown: list[str]) -> None:
    """Report the first words out of vocabulary, and words spelled like them, on standard error."""
    for word in unknown[:NAMED]:
        advice = model.encoder.spelling.advice(word)
        print(f"{shown(word)}: not in the vocabulary of the language models, so read as {UNK}{advice}", file=sys.stderr)
    if len(unknown) > NAMED:
        print(f"… and {len(unknown) - NAMED:,} more words", file=sys.stderr)


def _print_totals(scores: _TextScores) -> None:
    """Print a row for each model, and below the table the tokens out of vocabulary."""
    per_unit = PER_UNIT if scores.length.words else {}
    has_unknown = any(running.unknown for running in scores.totals.values())
    headings = ["perplexity", "cross-entropy (nats)", *([f"perplexity without {UNK}"] if has_unknown else [])]
    table = plain_table()
    table.add_column("model")
    for heading in [*headings, *per_unit.values()]:
        table.add_column(heading, justify="right")
    for model, running in scores.totals.items():
        values = [running.perplexity, running.cross_entropy, running.perplexity_without_unknown][: len(headings)]
        found = unit_perplexities(running.negative_log_likelihood, scores.length) if per_unit else {}
        values += [found[name] for name in per_unit]
        table.add_row(Text(model), *(f"{value:.3f}" for value in values))
    words = scores.tokens - scores.sentences
    notes = [unknown_note(scores.unknown, words, scores.form)] if scores.unknown.total else []
    sentences = "1 sentence" if scores.sentences == 1 else f"{scores.sentences:,} sentences"
    print_answer(f"{shown(scores.name)}: {sentences}, {scores.tokens:,} tokens with each {EOS}", [table], notes)


def _print_json_totals(scores: _TextScores) -> None:
    """Print what ``_print_totals`` prints, with all digits, as one object."""
    models = {
        model: {
            "perplexity": running.perplexity,
            "cross_entropy": running.cross_entropy,
            "perplexity_without_unknown": running.perplexity_without_unknown,
            **(unit_perplexities(running.negative_log_likelihood, scores.length) if scores.length.words else {}),
        }
        for model, running in scores.totals.items()
    }
    answer = {"file": scores.name, "sentences": scores.sentences, "tokens": scores.tokens}
    words = dict(scores.unknown.words.most_common(LISTED))
    print_json({**answer, "unknown_tokens": scores.unknown.total, "unknown": words, "models": models})
