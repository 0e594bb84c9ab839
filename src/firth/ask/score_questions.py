"""``firth score``: log-probabilities of lines by themselves, surprisals of tokens, accuracy over minimal pairs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from firth.ask.answer_tables import print_json
from firth.ask.arriving_lines import arriving_lines
from firth.ask.loading import load_language_models
from firth.ask.minimal_pair_lines import AskedPair, read_pairs
from firth.ask.sentence_blocks import SentenceBlock, UnknownWords
from firth.ask.sentence_tables import (
    DECIMALS,
    Row,
    print_table_of_lines,
    rows_of,
    sentence_headings,
    sentence_rows,
    token_headings,
    token_rows,
)
from firth.ask.unknown_words import unknown_note
from firth.errors import FirthError, shown
from firth.measures.minimal_pairs import PairAccuracy, pair_accuracies
from firth.measures.perplexity import by_sentence
from firth.text.streams import from_sentences

if TYPE_CHECKING:
    from firth.measures.scorer import Floats, Scorer
    from firth.workspace import Workspace


def print_scores(workspace: Workspace, file: str, wanted: str | None, by_token: bool, as_json: bool) -> None:
    """Print each line's log-probability or, ``by_token``, each token's surprisal (−log P), by every model."""
    models = load_language_models(workspace, wanted)
    scorers = {name: model.new_scorer() for name, model in models.items()}

    def rows(lines: Sequence[str], first: int, block: SentenceBlock) -> Iterable[Row]:
        scores = {name: scorer.score_sentences(block.stream) for name, scorer in scorers.items()}
        if by_token:
            return token_rows(lines, first, block, {name: -values for name, values in scores.items()})
        return sentence_rows(lines, block, scores)

    headings = token_headings(list(models)) if by_token else sentence_headings(list(models))
    print_table_of_lines(file, next(iter(models.values())).encoder, headings, rows, as_json)


def print_pair_accuracies(workspace: Workspace, file: str, wanted: str | None, as_json: bool) -> None:
    """Print the accuracy of every model over the minimal pairs of a file, over all and over each group."""
    models = load_language_models(workspace, wanted)
    encoder, unknown = next(iter(models.values())).encoder, UnknownWords()
    pairs = read_pairs(arriving_lines(file))
    lines = [line for pair in pairs for line in (pair.better, pair.worse)]
    block = encoder.encode(lines)
    for line, row in zip(lines, rows_of(lines, block), strict=True):
        if row is None:
            raise FirthError(f"{shown(line)}: there is no word in it; give both texts of each pair")
    if not as_json:
        print("model", *PairAccuracy._fields, sep="\t")
    for name, model in models.items():
        better, worse = _pair_scores(model.new_scorer(), pairs, block)
        for found in pair_accuracies(better, worse, [pair.group for pair in pairs]):
            if as_json:
                print_json({"model": name, **found._asdict()})
                continue
            shares = (f"{share:.{DECIMALS}f}" for share in (found.accuracy, found.low, found.high))
            print(name, found.group, found.pairs, found.ties, *shares, sep="\t")
    unknown.add(block)
    if unknown.total:
        print(unknown_note(unknown, len(block.tokens), encoder.form), file=sys.stderr)


def _pair_scores(scorer: Scorer, pairs: Sequence[AskedPair], block: SentenceBlock) -> tuple[Floats, Floats]:
    """log P of the better and of the worse texts of N pairs, (N,) each; both of each pair stand in ``block``, in order.

    Each different sequence of ids is scored once, in an order of their own: the order of pairs makes no difference.
    """
    sentences = [tuple(sentence.tolist()) for sentence in block.stream.sentences()]
    row_of = {ids: row for row, ids in enumerate(sorted(set(sentences)))}
    stream = from_sentences(list(row_of))
    scores = scorer.score_sentences(stream)
    with_end = by_sentence(stream, scores)
    without_end = with_end - scores[stream.offsets[1:] + np.arange(len(stream))]
    rows = np.array([row_of[ids] for ids in sentences]).reshape(-1, 2)  # (N, 2)
    whole = np.array([[pair.whole] for pair in pairs])  # (N, 1)
    better, worse = np.where(whole, with_end[rows], without_end[rows]).T
    return better, worse
