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

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from firth.errors import FirthError
from firth.params.roles import Role
from firth.params.tokens_params import TextTokens, TranslationTokens
from firth.text.characters import count_words_and_characters, tidy_line
from firth.text.numbering import NumberedStream, Numbering, encode_blocks, number_stream, renumber_stream
from firth.text.raw_text import LINES_A_BLOCK, raw_blocks, raw_lines, splits_of
from firth.text.sides import SIDES
from firth.text.streams import StreamWriter
from firth.text.subwords import train_subwords
from firth.text.text_encoding import subwords_file
from firth.text.text_form import TextForm
from firth.text.text_warnings import TypeCounts, tokenized_warnings, word_warnings
from firth.text.vocabulary import EOS_ID, UNK, UNK_ID, Vocabulary, build_vocabulary, vocabulary_file

ALIGNED: tuple[Role, ...] = ("translation", "qa")  # roles with sides, whose lines are aligned
CHARACTERS_LOOKED_AT = 200_000  # to see whether a text was tokenized before

Metrics = dict[str, Any]


class MadeStreams(NamedTuple):
    """What is known of the streams of a role: their metrics, and warnings about the text, a line each."""

    metrics: Metrics
    warnings: list[str]


@dataclass(frozen=True)
class _RoleText:
    """The text of one role, how it becomes tokens, and the folder that takes them; see ``make_streams``."""

    raw: Path
    out: Path
    role: Role
    settings: TextTokens
    form: TextForm
    processes: int

    @property
    def aligned(self) -> bool:
        return self.role in ALIGNED

    def streams(self, sides: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Name, split and side of each stream of these sides."""
        for split, side in product(splits_of(self.raw, self.role), sides):
            yield f"{split}.{side}" if side else split, split, side


def make_streams(
    raw: Path, out: Path, role: Role, settings: TextTokens | TranslationTokens, form: TextForm, processes: int
) -> MadeStreams:
    """Write the vocabulary and the streams of one role.

    Parameters
    ----------
    raw : folder of the text, data/raw/ROLE.
    out : folder for vocabulary and streams.
    settings : section ``tokens.ROLE`` of params.yaml.
    form : how the text is split.
    processes : number of worker processes; the files are the same for any number.

    Raises
    ------
    FirthError
        If a file is missing or damaged, a split has no words, no word is frequent enough for the vocabulary, or the
        sides of a split have different numbers of lines.
    """
    joint = settings.joint if isinstance(settings, TranslationTokens) else True
    text = _RoleText(raw, out, role, _of_text(settings), form, processes)
    make = _subword_streams if form.segmentation == "subwords" else _numbered_streams
    made, sizes = MadeStreams({"vocabulary_size": None}, []), {}
    for sides in _sharing(role, joint):
        vocabulary = make(text, sides, made)
        for side in sides:
            vocabulary.save(vocabulary_file(out, side))
            sizes[side] = len(vocabulary)
    made.metrics["vocabulary_size"] = _one_or_both(sizes)
    if role == "translation":
        _check_aligned(made.metrics, raw)
    if not form.tokenized:
        made.warnings.extend(_tokenized_warnings(raw, role))
    return made


def _of_text(settings: TextTokens | TranslationTokens) -> TextTokens:
    """The settings of translation in the form of the other roles."""
    if isinstance(settings, TextTokens):
        return settings
    size = settings.vocabulary_size
    return TextTokens(segmentation=settings.segmentation, lowercase=settings.lowercase, min_count=1, max_size=size)


def _numbered_streams(text: _RoleText, sides: tuple[str, ...], made: MadeStreams) -> Vocabulary:
    """Streams of words or characters of sides that share a vocabulary, which is returned."""
    numbering, streams, form = Numbering(), dict[str, NumberedStream](), text.form
    by_characters = form.segmentation == "characters"
    for name, split, side in text.streams(sides):
        blocks = raw_blocks(text.raw, text.role, split, side)
        with closing(encode_blocks(blocks, form.lowercase, form.tokenized, by_characters, text.processes)) as encoded:
            streams[name] = number_stream(encoded, numbering, text.out, name, keep_empty=text.aligned)
        _refuse_empty(int(streams[name].counts.sum()), text, name)
    types = numbering.types
    counts = {name: stream.counts_of(len(types)) for name, stream in streams.items()}
    training = [name for name in streams if name.startswith("train")]
    vocabulary, ids = build_vocabulary(
        types,
        np.sum([counts[name] for name in training], axis=0),
        sum(streams[name].sentences for name in training),
        text.settings,
        key=f"tokens.{text.role}",
        padded=text.aligned,
    )
    unknown = (ids == UNK_ID) & (np.array(types, dtype=object) != UNK)
    for side in sides if not by_characters else ():
        made.warnings.extend(_word_warnings(types, counts, unknown, text.role, side))
    for name, stream in streams.items():
        renumber_stream(text.out, name, ids, vocabulary.dtype)
        measured = _stream_metrics(stream.sentences, counts[name], int(counts[name][unknown].sum()))
        units = {"words": stream.words, "characters": measured["tokens"]} if by_characters else {}
        _insert(made.metrics, name, {**measured, **units})
    return vocabulary


def _subword_streams(text: _RoleText, sides: tuple[str, ...], made: MadeStreams) -> Vocabulary:
    """Streams of subwords of sides that share them, and the subwords; the vocabulary is returned."""
    training = [map(tidy_line, raw_lines(text.raw, text.role, "train", side)) for side in sides]
    settings = text.settings
    subwords = train_subwords(training, settings.max_size, text.form.lowercase, settings.min_count, text.aligned)
    size = len(subwords.readable)
    trained, names, sentences = np.zeros(size, dtype=np.int64), list[str](), 0
    for name, split, side in text.streams(sides):
        counts, units = np.zeros(size, dtype=np.int64), np.zeros(2, dtype=np.int64)
        with StreamWriter(text.out, name, np.dtype(np.int32), keep_empty=text.aligned) as stream:
            lines = map(tidy_line, raw_lines(text.raw, text.role, split, side))
            while block := list(islice(lines, LINES_A_BLOCK)):
                encoded = list(subwords.encode_lines(block))
                ids = np.array([piece for line in encoded for piece in line], dtype=np.int32)
                stream.append(ids, np.cumsum([len(line) for line in encoded]))
                counts += np.bincount(ids, minlength=size)
                units += np.sum([count_words_and_characters(line, text.form.tokenized) for line in block], axis=0)
        _refuse_empty(stream.tokens, text, name)
        if split == "train":
            trained += counts
            sentences += stream.sentences
        words, characters = units.tolist()
        measured = _stream_metrics(stream.sentences, counts, int(counts[UNK_ID]))
        measured |= {"words": words, "characters": characters}
        _insert(made.metrics, name, {**measured, "pieces_per_word": stream.tokens / max(words, 1)})
        names.append(name)
    order = np.arange(size)
    if not text.aligned:  # as readers of word vectors and adaptive softmax want it
        subwords, order = subwords.by_frequency(trained)
    counts = trained[order]
    counts[EOS_ID] = sentences
    if text.role == "embeddings":  # the unseen bytes, which stand last, have no neighbors
        size = EOS_ID + 1 + int(np.count_nonzero(trained))
    vocabulary = Vocabulary(subwords.readable[:size], counts[:size])
    for name in names:
        renumber_stream(text.out, name, np.argsort(order), vocabulary.dtype)
    for side in sides:
        subwords.save(subwords_file(text.out, side))
    return vocabulary


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


def _refuse_empty(tokens: int, text: _RoleText, name: str) -> None:
    if not tokens:
        raise FirthError(
            f"{text.raw / 'text'}: {name} has no words; give a text with some in corpora.{text.role} of params.yaml"
        )
