"""Stage ``tokenize@ROLE``: text → vocabulary and id streams.

Metrics: ``vocabulary_size``, for each side where they are different; and for each split (for translation and question
answering, each side of each split):

- ``sentences``; of the roles whose lines are not aligned with others (embeddings, lm), blank lines are none.
- ``tokens``, and ``types``: different words (pieces, for translation) before rare ones become ``<unk>``.
- ``out_of_vocabulary_rate``: share of tokens that became ``<unk>``. An ``<unk>`` that stands literally in a text that
  is already tokenized (the Penn Treebank's) is an ordinary word there and not counted as out of the vocabulary.
- ``pieces_per_word`` (translation): pieces over words, as the word rule cuts them.
- ``floor_perplexity`` (lm of the built-in world): the exponential of the mean of −log p over all words *and* one
  sentence end a sentence, p being the grammar's own: no model can be expected below it. ``null`` where words became
  ``<unk>``, since then the text is easier than the grammar's.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.errors import FirthError
from firth.lm.floor import floor_perplexity
from firth.params.tokens import WordTokens
from firth.report.metrics import write_metrics
from firth.text.numbering import (
    NumberedStream,
    Numbering,
    encode_blocks,
    number_stream,
    renumber_stream,
    text_blocks,
)
from firth.text.sides import SIDES, subwords_file, vocabulary_file
from firth.text.streams import StreamWriter, TokenStream
from firth.text.subwords import train_subwords
from firth.text.tokenizer import tokenize_line
from firth.text.vocabulary import EOS_ID, UNK, UNK_ID, Vocabulary, build_vocabulary
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.corpora import Role
    from firth.params.experiment import Params

SPLITS = {"embeddings": ("train",), "lm": ("train", "valid", "test"), "qa": ("train", "valid", "test")}
LINES_A_BLOCK = 10_000


def run(params: Params, workspace: Workspace, role: Role) -> None:
    """Make ``data/tokens/ROLE`` and the metrics ``tokenize-ROLE``."""
    start = time.monotonic()
    raw = require(workspace.raw(role), f"download@{role}")
    corpus = json.loads(_raw_file(raw, "corpus.json", role).read_text(encoding="utf-8"))
    with writing(workspace.tokens(role)) as out:
        if role == "translation" and params.tokens.translation.units == "subwords":
            metrics = _subword_streams(params, raw, out, corpus["tokenized"])
        else:
            metrics = _word_streams(params, raw, out, role, corpus["tokenized"])
        if role == "lm" and corpus["world"]:
            for split in SPLITS[role]:
                path = _raw_file(raw, f"log_probabilities/{split}.npy", role)
                log_probabilities = np.load(path, mmap_mode="r", allow_pickle=False)
                stream = TokenStream.load(out, split)
                metrics[split]["floor_perplexity"] = floor_perplexity(log_probabilities, stream, str(path))
    write_metrics(workspace.metrics(f"tokenize-{role}"), metrics)
    tokens, seconds = _total_tokens(metrics), time.monotonic() - start
    print(f"tokenize@{role}: {tokens:,} tokens in {seconds:.1f} s, {tokens / seconds:,.0f} a second", file=sys.stderr)


def _word_streams(params: Params, raw: Path, out: Path, role: Role, tokenized: bool) -> dict[str, Any]:
    """Streams of word ids; vocabularies come from the training split alone."""
    settings = _word_settings(params, role)
    aligned = role in ("qa", "translation")
    splits = _translation_splits(raw) if role == "translation" else SPLITS[role]
    metrics: dict[str, Any] = {"vocabulary_size": None}
    sizes = {}
    for sides in _sharing(params, role):
        numbering, streams = Numbering(), dict[str, NumberedStream]()
        for split in splits:
            for side in sides:
                name = f"{split}.{side}" if side else split
                blocks = _blocks(raw, role, split, side)
                with closing(encode_blocks(blocks, settings.lowercase, tokenized, params.threads)) as encoded:
                    streams[name] = number_stream(encoded, numbering, out, name, keep_empty=aligned)
                _refuse_empty(int(streams[name].counts.sum()), raw, name, role)
        types = numbering.types
        training = [stream for name, stream in streams.items() if name.startswith("train")]
        vocabulary, ids = build_vocabulary(
            types,
            np.sum([stream.counts_of(len(types)) for stream in training], axis=0),
            sum(stream.sentences for stream in training),
            settings,
            key=f"tokens.{role}",
            padded=aligned,
        )
        unknown = (ids == UNK_ID) & (np.array(types, dtype=object) != UNK)
        for side in sides:
            vocabulary.save(vocabulary_file(out, side) if side else out / "vocabulary.tsv")
            sizes[side] = len(vocabulary)
        for name, stream in streams.items():
            renumber_stream(out, name, ids, vocabulary.dtype)
            counts = stream.counts_of(len(types))
            _place(metrics, name, _figures(stream.sentences, counts, int(counts[unknown].sum())))
    if role == "translation":
        _check_aligned(metrics, splits, raw)
    return {**metrics, "vocabulary_size": _one_or_both(sizes)}


def _subword_streams(params: Params, raw: Path, out: Path, tokenized: bool) -> dict[str, Any]:
    """Streams of subword ids for translation; the subwords are learned from the training split alone."""
    settings = params.tokens.translation
    splits = _translation_splits(raw)
    metrics: dict[str, Any] = {"vocabulary_size": None}
    sizes = {}
    for sides in _sharing(params, "translation"):
        training = [_lines(_text_file(raw, "train", side)) for side in sides]
        subwords = train_subwords(training, settings.vocabulary_size, settings.lowercase)
        vocabulary = Vocabulary(subwords.pieces, np.zeros(len(subwords.pieces), dtype=np.int64))
        for split, side in product(splits, sides):
            name, path = f"{split}.{side}", _text_file(raw, split, side)
            counts, words = np.zeros(len(vocabulary), dtype=np.int64), 0
            with StreamWriter(out, name, vocabulary.dtype, keep_empty=True) as stream:
                lines = _lines(path)
                while block := list(islice(lines, LINES_A_BLOCK)):
                    encoded = list(subwords.encode_lines(block))
                    ids = np.array([piece for line in encoded for piece in line], dtype=vocabulary.dtype)
                    stream.append(ids, np.cumsum([len(line) for line in encoded]))
                    counts += np.bincount(ids, minlength=len(vocabulary))
                    words += sum(len(tokenize_line(line, False, tokenized)) for line in block)
            _refuse_empty(stream.tokens, raw, name, "translation")
            if split == "train":
                vocabulary.counts += counts
                vocabulary.counts[EOS_ID] += stream.sentences
            figures = _figures(stream.sentences, counts, int(counts[UNK_ID]))
            _place(metrics, name, {**figures, "pieces_per_word": stream.tokens / max(words, 1)})
        for side in sides:
            subwords.save(subwords_file(out, side))
            vocabulary.save(vocabulary_file(out, side))
            sizes[side] = len(vocabulary)
    _check_aligned(metrics, splits, raw)
    return {**metrics, "vocabulary_size": _one_or_both(sizes)}


def _word_settings(params: Params, role: Role) -> WordTokens:
    if role == "translation":
        settings = params.tokens.translation
        return WordTokens(lowercase=settings.lowercase, min_count=1, max_size=settings.vocabulary_size)
    found: WordTokens = getattr(params.tokens, role)
    return found


def _sharing(params: Params, role: Role) -> list[tuple[str, ...]]:
    """Which sides share a vocabulary; a role without sides has the nameless one."""
    if role == "translation" and not params.tokens.translation.joint:
        return [(side,) for side in SIDES]
    return [SIDES] if role in ("qa", "translation") else [("",)]


def _one_or_both(sizes: dict[str, int]) -> int | dict[str, int]:
    return next(iter(sizes.values())) if len(set(sizes.values())) == 1 else sizes


def _translation_splits(raw: Path) -> tuple[str, ...]:
    tests = sorted(path.name.removesuffix(".source.txt") for path in raw.glob("text/test*.source.txt"))
    return ("train", "valid", *tests)


def _text_file(raw: Path, split: str, side: str) -> Path:
    return _raw_file(raw, f"text/{split}.{side}.txt", "translation")


def _blocks(raw: Path, role: Role, split: str, side: str) -> Iterator[str]:
    if role == "qa":
        return _joined(_story_lines(_raw_file(raw, f"text/{split}.jsonl", role), side))
    return text_blocks(_text_file(raw, split, side) if side else _raw_file(raw, f"text/{split}.txt", role))


def _check_aligned(metrics: dict[str, Any], splits: Iterable[str], raw: Path) -> None:
    for split in splits:
        source, target = (metrics[split][side]["sentences"] for side in SIDES)
        if source != target:
            raise FirthError(
                f"{raw / 'text'}: {split} has {source} source and {target} target lines; "
                "give aligned files and run `dvc repro download@translation`"
            )


def _figures(sentences: int, counts: np.ndarray, unknown: int) -> dict[str, Any]:
    tokens = int(counts.sum())
    return {
        "sentences": sentences,
        "tokens": tokens,
        "types": int(np.count_nonzero(counts)),
        "out_of_vocabulary_rate": unknown / tokens,
    }


def _place(metrics: dict[str, Any], name: str, figures: dict[str, Any]) -> None:
    """Put a stream's figures at metrics[split], or at metrics[split][side]."""
    split, _, side = name.partition(".")
    if side:
        metrics.setdefault(split, {})[side] = figures
    else:
        metrics[split] = figures


def _total_tokens(metrics: dict[str, Any]) -> int:
    return sum(
        value if key == "tokens" else _total_tokens(value) if isinstance(value, dict) else 0
        for key, value in metrics.items()
    )


def _raw_file(raw: Path, name: str, role: Role) -> Path:
    return require(raw / name, f"download@{role}")


def _refuse_empty(tokens: int, raw: Path, name: str, role: Role) -> None:
    if not tokens:
        raise FirthError(f"{raw / 'text'}: {name} has no words; give a text with some in corpora.{role} of params.yaml")


def _lines(path: Path) -> Iterator[str]:
    rest = ""
    for block in text_blocks(path):
        *whole, rest = (rest + block).split("\n")
        yield from whole


def _story_lines(path: Path, side: str) -> Iterator[str]:
    """One line for each question: the story's sentences and the question, or the answer."""
    for number, line in enumerate(_lines(path), start=1):
        try:
            item = json.loads(line)
            parts = [*item["story"], item["question"]] if side == "source" else [item["answer"]]
            text = " ".join(parts).replace("\n", " ")
        except (ValueError, KeyError, TypeError):
            raise FirthError(
                f"{path}: line {number} is not a story with question and answer; "
                "build the text anew with `dvc repro download@qa`"
            ) from None
        yield text


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines as blocks of text."""
    lines = iter(lines)
    while block := list(islice(lines, LINES_A_BLOCK)):
        yield "\n".join([*block, ""])
