"""Vocabulary and streams of ids from the text of a corpus, with their metrics and warnings.

Vocabularies and subwords are learned from the training split alone. Metrics: ``vocabulary_size``, per side where sides
differ; and for each split (for translation and question answering, each side of each split):

- ``sentences``. Blank lines are skipped, except where lines are aligned (translation, question answering).
- ``tokens``, and ``types``: distinct tokens before rare ones become ``<unk>``.
- ``out_of_vocabulary_rate``: share of tokens that became ``<unk>``. A literal ``<unk>`` in text that is already
  tokenized (the Penn Treebank) is an ordinary word there, and not counted.
- ``words`` and ``characters``, by the rules of ``tokenizer`` and ``characters``, where tokens are not words.
- ``pieces_per_word`` (subwords): subwords over words.
"""

from collections.abc import Iterable
from contextlib import closing
from itertools import islice, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from firth.errors import FirthError
from firth.params.corpora_params import Role
from firth.params.tokens_params import TextTokens, TranslationTokens
from firth.text.characters import count_words_and_characters
from firth.text.numbering import NumberedStream, Numbering, encode_blocks, number_stream, renumber_stream
from firth.text.raw_text import LINES_A_BLOCK, raw_blocks, raw_lines, splits_of
from firth.text.sides import SIDES
from firth.text.streams import StreamWriter
from firth.text.subwords import train_subwords
from firth.text.text_encoding import subwords_file, subwords_of_line, vocabulary_file
from firth.text.text_warnings import TypeCounts, tokenized_warnings, word_warnings
from firth.text.vocabulary import EOS_ID, UNK, UNK_ID, Vocabulary, build_vocabulary

ALIGNED: tuple[Role, ...] = ("translation", "qa")  # roles with sides, whose lines are aligned
CHARACTERS_LOOKED_AT = 200_000  # to see whether a text was tokenized before

Metrics = dict[str, Any]


class MadeStreams(NamedTuple):
    """What is known of the streams of a role: their metrics, and warnings about the text, a line each."""

    metrics: Metrics
    warnings: list[str]


def make_streams(
    raw: Path, out: Path, role: Role, settings: TextTokens | TranslationTokens, tokenized: bool, processes: int
) -> MadeStreams:
    """Write the vocabulary and the streams of one role.

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
    joint = settings.joint if isinstance(settings, TranslationTokens) else True
    unified = _of_text(settings)
    if settings.segmentation == "subwords":
        made = _subword_streams(raw, out, role, unified, tokenized, joint)
    else:
        made = _numbered_streams(raw, out, role, unified, tokenized, processes, joint)
    if role == "translation":
        _check_aligned(made.metrics, raw)
    if not tokenized:
        made.warnings.extend(_tokenized_warnings(raw, role))
    return made


def _of_text(settings: TextTokens | TranslationTokens) -> TextTokens:
    """The settings of translation in the form of the other roles."""
    if isinstance(settings, TextTokens):
        return settings
    size = settings.vocabulary_size
    return TextTokens(segmentation=settings.segmentation, lowercase=settings.lowercase, min_count=1, max_size=size)


def _numbered_streams(
    raw: Path, out: Path, role: Role, settings: TextTokens, tokenized: bool, processes: int, joint: bool
) -> MadeStreams:
    """Streams of words or characters."""
    aligned, by_characters = role in ALIGNED, settings.segmentation == "characters"
    made, sizes = MadeStreams({"vocabulary_size": None}, []), {}
    for sides in _sharing(role, joint):
        numbering, streams = Numbering(), dict[str, NumberedStream]()
        for split, side in product(splits_of(raw, role), sides):
            name = f"{split}.{side}" if side else split
            blocks = raw_blocks(raw, role, split, side)
            encoded = encode_blocks(blocks, settings.lowercase, tokenized, by_characters, processes)
            with closing(encoded):
                streams[name] = number_stream(encoded, numbering, out, name, keep_empty=aligned)
            _refuse_empty(int(streams[name].counts.sum()), raw, name, role)
        types = numbering.types
        counts = {name: stream.counts_of(len(types)) for name, stream in streams.items()}
        training = [name for name in streams if name.startswith("train")]
        vocabulary, ids = build_vocabulary(
            types,
            np.sum([counts[name] for name in training], axis=0),
            sum(streams[name].sentences for name in training),
            settings,
            key=f"tokens.{role}",
            padded=aligned,
        )
        unknown = (ids == UNK_ID) & (np.array(types, dtype=object) != UNK)
        for side in sides:
            vocabulary.save(vocabulary_file(out, side))
            sizes[side] = len(vocabulary)
            if not by_characters:
                made.warnings.extend(_word_warnings(types, counts, unknown, role, side))
        for name, stream in streams.items():
            renumber_stream(out, name, ids, vocabulary.dtype)
            measured = _stream_metrics(stream.sentences, counts[name], int(counts[name][unknown].sum()))
            units = {"words": stream.words, "characters": measured["tokens"]} if by_characters else {}
            _insert(made.metrics, name, {**measured, **units})
    made.metrics["vocabulary_size"] = _one_or_both(sizes)
    return made


def _subword_streams(
    raw: Path, out: Path, role: Role, settings: TextTokens, tokenized: bool, joint: bool
) -> MadeStreams:
    aligned, lowercase = role in ALIGNED, settings.lowercase and not tokenized
    made, sizes = MadeStreams({"vocabulary_size": None}, []), {}
    for sides in _sharing(role, joint):
        training = [map(subwords_of_line, raw_lines(raw, role, "train", side)) for side in sides]
        subwords = train_subwords(training, settings.max_size, lowercase, settings.min_count, aligned)
        size, trained = len(subwords.readable), np.zeros(len(subwords.readable), dtype=np.int64)
        names, sentences = list[str](), 0
        for split, side in product(splits_of(raw, role), sides):
            name = f"{split}.{side}" if side else split
            counts, units = np.zeros(size, dtype=np.int64), np.zeros(2, dtype=np.int64)
            with StreamWriter(out, name, np.dtype(np.int32), keep_empty=aligned) as stream:
                lines = map(subwords_of_line, raw_lines(raw, role, split, side))
                while block := list(islice(lines, LINES_A_BLOCK)):
                    encoded = list(subwords.encode_lines(block))
                    ids = np.array([piece for line in encoded for piece in line], dtype=np.int32)
                    stream.append(ids, np.cumsum([len(line) for line in encoded]))
                    counts += np.bincount(ids, minlength=size)
                    units += np.sum([count_words_and_characters(line, tokenized) for line in block], axis=0)
            _refuse_empty(stream.tokens, raw, name, role)
            if split == "train":
                trained += counts
                sentences += stream.sentences
            words, characters = units.tolist()
            measured = _stream_metrics(stream.sentences, counts, int(counts[UNK_ID]))
            measured |= {"words": words, "characters": characters}
            _insert(made.metrics, name, {**measured, "pieces_per_word": stream.tokens / max(words, 1)})
            names.append(name)
        order = np.arange(size, dtype=np.int32)
        if not aligned:  # as readers of word vectors and adaptive softmax want it
            subwords, order = subwords.by_frequency(trained)
        vocabulary = Vocabulary(subwords.readable, trained[np.argsort(order)])
        vocabulary.counts[EOS_ID] = sentences
        if role == "embeddings":  # the unseen bytes, which stand last, have no neighbors
            seen = EOS_ID + 1 + np.count_nonzero(trained)
            vocabulary = Vocabulary(vocabulary.tokens[:seen], vocabulary.counts[:seen])
        for name in names:
            renumber_stream(out, name, order, vocabulary.dtype)
        for side in sides:
            subwords.save(subwords_file(out, side))
            vocabulary.save(vocabulary_file(out, side))
            sizes[side] = len(vocabulary)
    made.metrics["vocabulary_size"] = _one_or_both(sizes)
    return made


def _word_warnings(
    types: list[str], counts: dict[str, np.ndarray], unknown: np.ndarray, role: Role, side: str
) -> list[str]:
    """Warnings if words are the wrong unit of a side. Answers are too short to tell."""
    if (role, side) == ("qa", "target"):
        return []
    of_side = {name.partition(".")[0]: values for name, values in counts.items() if name.endswith(side)}
    held_out = of_side.get("valid", np.zeros(len(types), dtype=np.int64))
    key = f"tokens.{role}.segmentation" + (f" ({side})" if side else "")
    return word_warnings(TypeCounts(types, of_side["train"], held_out, unknown), key)


def _tokenized_warnings(raw: Path, role: Role) -> list[str]:
    """Warnings if the beginning of the training text, of either side, looks tokenized."""
    for side in SIDES if role in ALIGNED else ("",):
        with closing(raw_blocks(raw, role, "train", side)) as blocks:
            beginning = next(blocks, "")[:CHARACTERS_LOOKED_AT]
        if found := tokenized_warnings(beginning, f"corpora.{role}.tokenized"):
            return found
    return []


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
