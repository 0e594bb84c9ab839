"""Vocabulary and streams of ids from the text of a corpus, with their metrics.

Vocabularies and subwords are learned from the training split alone. Metrics: ``vocabulary_size``, per side where sides
differ; and for each split (for translation and question answering, each side of each split):

- ``sentences``. Blank lines are skipped, except where lines are aligned (translation, question answering).
- ``tokens``, and ``types``: distinct words (subwords, for translation) before rare ones become ``<unk>``.
- ``out_of_vocabulary_rate``: share of tokens that became ``<unk>``. A literal ``<unk>`` in text that is already
  tokenized (the Penn Treebank) is an ordinary word there, and not counted.
- ``pieces_per_word`` (subwords): subwords over words, as the word rule splits them.
"""

from collections.abc import Iterable
from contextlib import closing
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from firth.errors import FirthError
from firth.params.corpora_params import Role
from firth.params.tokens_params import TranslationTokens, WordTokens
from firth.text.numbering import NumberedStream, Numbering, encode_blocks, number_stream, renumber_stream
from firth.text.raw_text import LINES_A_BLOCK, raw_blocks, raw_lines, splits_of
from firth.text.sides import SIDES, subwords_file, vocabulary_file
from firth.text.streams import StreamWriter
from firth.text.subwords import train_subwords
from firth.text.tokenizer import tokenize_line
from firth.text.vocabulary import EOS_ID, UNK, UNK_ID, Vocabulary, build_vocabulary

ALIGNED: tuple[Role, ...] = ("translation", "qa")  # roles with sides, whose lines are aligned


def make_streams(
    raw: Path, out: Path, role: Role, settings: WordTokens | TranslationTokens, tokenized: bool, processes: int
) -> dict[str, Any]:
    """Write the vocabulary and the streams of one role; return their metrics.

    Parameters
    ----------
    raw : folder of the text, data/raw/ROLE.
    out : folder for vocabulary and streams.
    settings : section ``tokens.ROLE`` of params.yaml.
    tokenized : whether tokens are separated by spaces and kept as they are.
    processes : number of worker processes; the files are the same for any number.

    Raises
    ------
    FirthError
        If a file is missing or damaged, a split has no words, no word is frequent enough for the vocabulary, or the
        sides of a split have different numbers of lines.
    """
    if not isinstance(settings, TranslationTokens):
        metrics = _word_streams(raw, out, role, settings, tokenized, processes, joint=True)
    elif settings.units == "words":
        words = WordTokens(lowercase=settings.lowercase, min_count=1, max_size=settings.vocabulary_size)
        metrics = _word_streams(raw, out, role, words, tokenized, processes, joint=settings.joint)
    else:
        metrics = _subword_streams(raw, out, settings, tokenized)
    if role == "translation":
        _check_aligned(metrics, raw)
    return metrics


def statistics_table(metrics: dict[str, Any]) -> pd.DataFrame:
    """The metrics of ``make_streams`` as a table, a row for each stream: split, side, and its numbers."""
    sizes = metrics["vocabulary_size"]
    rows = []
    for split, found in metrics.items():
        if split == "vocabulary_size":
            continue
        for side, numbers in (found if "tokens" not in found else {"": found}).items():
            size = sizes[side] if isinstance(sizes, dict) else sizes
            rows.append({"split": split, "side": side, **numbers, "vocabulary_size": size})
    return pd.DataFrame(rows)


def main_numbers_of_streams(metrics: dict[str, Any]) -> dict[str, Any]:
    """The few numbers of a role's streams that people compare, from the metrics of ``make_streams``."""
    table = statistics_table(metrics)
    numbers: dict[str, Any] = {}
    for side in dict.fromkeys(table["side"]):
        rows, prefix = table[table["side"] == side].set_index("split"), f"{side}_" if side else ""
        numbers[f"{prefix}vocabulary_size"] = int(rows.at["train", "vocabulary_size"])
        numbers[f"{prefix}train_tokens"] = int(rows.at["train", "tokens"])
        last = rows.index[-1]
        numbers[f"{prefix}{last}_out_of_vocabulary_rate"] = float(rows.at[last, "out_of_vocabulary_rate"])
    return numbers


def total_tokens(metrics: dict[str, Any]) -> int:
    """The number of tokens in all streams, from the metrics of ``make_streams``."""
    return sum(
        value if key == "tokens" else total_tokens(value) if isinstance(value, dict) else 0
        for key, value in metrics.items()
    )


def _word_streams(
    raw: Path, out: Path, role: Role, settings: WordTokens, tokenized: bool, processes: int, joint: bool
) -> dict[str, Any]:
    aligned = role in ALIGNED
    metrics: dict[str, Any] = {"vocabulary_size": None}
    sizes = {}
    for sides in _sharing(role, joint):
        numbering, streams = Numbering(), dict[str, NumberedStream]()
        for split, side in product(splits_of(raw, role), sides):
            name = f"{split}.{side}" if side else split
            blocks = raw_blocks(raw, role, split, side)
            with closing(encode_blocks(blocks, settings.lowercase, tokenized, processes)) as encoded:
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
            _insert(metrics, name, _stream_metrics(stream.sentences, counts, int(counts[unknown].sum())))
    return {**metrics, "vocabulary_size": _one_or_both(sizes)}


def _subword_streams(raw: Path, out: Path, settings: TranslationTokens, tokenized: bool) -> dict[str, Any]:
    metrics: dict[str, Any] = {"vocabulary_size": None}
    sizes = {}
    for sides in _sharing("translation", settings.joint):
        training = [raw_lines(raw, "train", side) for side in sides]
        subwords = train_subwords(training, settings.vocabulary_size, settings.lowercase)
        vocabulary = Vocabulary(subwords.pieces, np.zeros(len(subwords.pieces), dtype=np.int64))
        for split, side in product(splits_of(raw, "translation"), sides):
            name = f"{split}.{side}"
            counts, words = np.zeros(len(vocabulary), dtype=np.int64), 0
            with StreamWriter(out, name, vocabulary.dtype, keep_empty=True) as stream:
                lines = raw_lines(raw, split, side)
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
            measured = _stream_metrics(stream.sentences, counts, int(counts[UNK_ID]))
            _insert(metrics, name, {**measured, "pieces_per_word": stream.tokens / max(words, 1)})
        for side in sides:
            subwords.save(subwords_file(out, side))
            vocabulary.save(vocabulary_file(out, side))
            sizes[side] = len(vocabulary)
    return {**metrics, "vocabulary_size": _one_or_both(sizes)}


def _sharing(role: Role, joint: bool) -> list[tuple[str, ...]]:
    """Groups of sides that share a vocabulary; roles without sides have one group with an empty name."""
    if role not in ALIGNED:
        return [("",)]
    return [SIDES] if joint else [(side,) for side in SIDES]


def _one_or_both(sizes: dict[str, int]) -> int | dict[str, int]:
    return next(iter(sizes.values())) if len(set(sizes.values())) == 1 else sizes


def _stream_metrics(sentences: int, counts: np.ndarray, unknown: int) -> dict[str, Any]:
    tokens = int(counts.sum())
    return {
        "sentences": sentences,
        "tokens": tokens,
        "types": int(np.count_nonzero(counts)),
        "out_of_vocabulary_rate": unknown / tokens,
    }


def _insert(metrics: dict[str, Any], name: str, measured: dict[str, Any]) -> None:
    """Insert a stream's metrics at metrics[split], or at metrics[split][side]."""
    split, _, side = name.partition(".")
    if side:
        metrics.setdefault(split, {})[side] = measured
    else:
        metrics[split] = measured


def _check_aligned(metrics: dict[str, Any], raw: Path) -> None:
    splits: Iterable[str] = (name for name in metrics if name != "vocabulary_size")
    for split in splits:
        source, target = (metrics[split][side]["sentences"] for side in SIDES)
        if source != target:
            raise FirthError(
                f"{raw / 'text'}: {split} has {source} source and {target} target lines; "
                "give aligned files and run `dvc repro download@translation`"
            )


def _refuse_empty(tokens: int, raw: Path, name: str, role: Role) -> None:
    if not tokens:
        raise FirthError(f"{raw / 'text'}: {name} has no words; give a text with some in corpora.{role} of params.yaml")
