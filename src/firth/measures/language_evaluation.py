"""All measures of one language model, as tables, and the scores of each test item."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from firth.measures.agreement.accuracy import accuracies, agreement_points, window_accuracies
from firth.measures.agreement.items import agreement_items
from firth.measures.agreement.main_groups import MAIN_GROUPS
from firth.measures.excess import TokenProbabilities, excess_cross_entropy, read_token_probabilities
from firth.measures.language_examples import (
    agreement_examples,
    example_pairs,
    example_sentence,
    next_words,
    sentence_probabilities,
)
from firth.measures.perplexity import RunningTotals, TextLength, by_sentence, unit_perplexities
from firth.measures.scored_items import ScoredItems, digest, share_items
from firth.measures.scorer import Floats, Scorer
from firth.measures.source_entropy import perplexity_over_source, read_source_nats, source_perplexity
from firth.stored_files import damaged
from firth.tables import read_csv
from firth.text.streams import TokenStream
from firth.text.text_form import TextForm
from firth.text.vocabulary import EOS, Vocabulary
from firth.workspace import stage_of
from firth.world.prefixes import next_words as grammar_next_words

HELD_OUT = ("valid", "test")
PER_UNIT = ("word_perplexity", "character_perplexity", "bits_per_character")  # where tokens are not words

Start = Callable[[], Scorer]  # a scorer that has read nothing yet


@dataclass(frozen=True)
class HeldOutText:
    """The texts that language models are measured on, and what is known of them; each file is read once.

    Attributes
    ----------
    raw, tokens : the folders ``data/raw/lm`` and ``data/tokens/lm``.
    form : how the text was tokenized.
    depth : nesting depth of the grammar of the built-in world, None for other text.
    """

    raw: Path
    tokens: Path
    vocabulary: Vocabulary
    form: TextForm
    depth: int | None = None
    _streams: dict[str, TokenStream] = field(default_factory=dict, init=False)  # split → what has been read of it
    _source_nats: dict[str, Floats] = field(default_factory=dict, init=False)

    @classmethod
    def load(cls, raw: Path, tokens: Path, depth: int | None = None) -> "HeldOutText":
        return cls(raw, tokens, Vocabulary.load(tokens / "vocabulary.tsv"), TextForm.load(tokens), depth)

    @property
    def train(self) -> NDArray:
        """The training text as one stream of ids, with ``<eos>`` after each sentence."""
        return self.stream("train").with_sentence_ends()

    def stream(self, split: str) -> TokenStream:
        if split not in self._streams:
            self._streams[split] = TokenStream.load(self.tokens, split)
        return self._streams[split]

    def length(self, split: str) -> TextLength | None:
        """How many words and characters a split has; None if tokens are words."""
        if self.form.segmentation == "words":
            return None
        path = self.tokens / "statistics.csv"
        table = read_csv(path)
        try:
            row = table.set_index("split").loc[split, ["words", "characters", "sentences"]].astype(int)
            return TextLength(int(row["words"] + row["sentences"]), int(row["characters"] + row["sentences"]))
        except (KeyError, ValueError, TypeError):
            raise damaged(path, f"has no words and characters of {split}", stage_of(path)) from None

    def source_perplexity(self, split: str) -> float | None:
        """That of the grammar of the built-in world; None for other text, and where words became ``<unk>``."""
        if not self.form.world:
            return None
        return source_perplexity(self.source_nats(split), self.stream(split))

    def source_nats(self, split: str) -> Floats:
        """−log P of each sentence (N,) by the grammar of the built-in world."""
        if split not in self._source_nats:
            path = self.raw / "log_probabilities" / f"{split}.npy"
            self._source_nats[split] = read_source_nats(path, self.stream(split))
        return self._source_nats[split]

    @cached_property
    def agreement_items(self) -> pd.DataFrame:
        """The items that suit the text; an empty table where none do, or where tokens are not words."""
        return agreement_items(self.raw, self.form, self.vocabulary)

    def token_probabilities(self, split: str) -> TokenProbabilities:
        """What the grammar of the built-in world says of every token."""
        path = self.raw / "token_probabilities" / f"{split}.tsv"
        return read_token_probabilities(path, self.stream(split), self.vocabulary, self.form.lowercase)

    def source_next_words(self, prompt: NDArray) -> dict[str, float] | None:
        """P of every next token by the grammar of the built-in world; None where the grammar has no such prompt."""
        if self.depth is None or self.form.segmentation != "words":
            return None
        try:
            return grammar_next_words(self.vocabulary.decode(prompt), self.depth)
        except ValueError:  # a word became <unk>
            return None


@dataclass(frozen=True)
class LanguageEvaluation:
    """Tables by name, and by name of the main number the scores of its test items."""

    tables: dict[str, pd.DataFrame]
    items: dict[str, ScoredItems]


def evaluate(
    start: Start, text: HeldOutText, window: int | None = None, start_learning: Start | None = None
) -> LanguageEvaluation:
    """Perplexity, agreement, excess cross-entropy and examples, each as a table where it can be measured.

    Agreement and excess cross-entropy compare the forms of a verb, which must be one token each: they are measured
    where tokens are words.

    Parameters
    ----------
    window : words that the model reads before each token; None for a model without such a limit.
    start_learning : a scorer that goes on learning from what it has scored (dynamic evaluation), if that is wanted.
    """
    rows, items = [], {}
    for split in HELD_OUT:
        ids = text.stream(split).with_sentence_ends()
        scores = start().score(ids) if len(ids) else None
        learning = start_learning().score(ids) if start_learning and len(ids) else None
        rows.append(_perplexities(text, split, scores, learning))
        if split == "test" and scores is not None:
            items = _sentence_items(text, scores, learning)
    tables = {"perplexity": pd.DataFrame(rows)}
    if len(text.agreement_items):
        points = agreement_points(text.agreement_items, start())
        tables["agreement"] = accuracies(text.agreement_items, points)
        if window is not None:
            tables["agreement_window"] = window_accuracies(text.agreement_items, points, window)
        items |= _pair_items(text, points)
    known = None
    if text.source_perplexity("test") is not None and text.form.segmentation == "words":
        known, ids = text.token_probabilities("test"), text.stream("test").with_sentence_ends()
        scores = start().score_alternatives(ids, known.both_forms(ids))  # (N, 2)
        tables["excess_cross_entropy"] = excess_cross_entropy(known, scores)
    return LanguageEvaluation(tables | _examples(start, text, known), items)


def _examples(start: Start, text: HeldOutText, known: TokenProbabilities | None) -> dict[str, pd.DataFrame]:
    """What the model says of a sentence of the test text, of a next word, and of a few agreement pairs."""
    tables, stream, pairs = {}, text.stream("test"), example_pairs(text.agreement_items)
    prompt = None if pairs.empty else pairs["prefix"].iloc[0]
    if (chosen := example_sentence(stream)) is not None:
        ids, first = stream.sentence(chosen), int(stream.offsets[chosen]) + chosen  # among tokens and <eos>
        source = None if known is None else known.log_probabilities[first : first + len(ids) + 1, 0]
        tokens = [*text.vocabulary.decode(ids), EOS]
        tables["sentence_probabilities"] = sentence_probabilities(ids, tokens, start(), source)
        prompt = ids[: len(ids) // 2] if prompt is None else prompt
    if prompt is not None:
        tables["next_words"] = next_words(prompt, text.vocabulary, start(), text.source_next_words(prompt))
    if len(pairs):
        tables["agreement_examples"] = agreement_examples(pairs, text.vocabulary, start())
    return tables


def _perplexities(text: HeldOutText, split: str, scores: Floats | None, learning: Floats | None) -> dict[str, Any]:
    """The row of a split in the table of perplexities, from log P of each token (N,).

    Parameters
    ----------
    scores : None for a split without sentences.
    learning : those of dynamic evaluation, if that is wanted.
    """
    ids, source = text.stream(split).with_sentence_ends(), text.source_perplexity(split)
    totals = None if scores is None else RunningTotals.of(ids, scores)
    length, found = text.length(split), None if totals is None else totals.perplexity
    return {
        "split": split,
        "tokens": len(ids),
        "perplexity": found,
        **(unit_perplexities(totals.negative_log_likelihood, length) if length and totals else {}),
        "source_perplexity": source,
        "perplexity_over_source": perplexity_over_source(found, source),
        "dynamic_perplexity": None if learning is None else RunningTotals.of(ids, learning).perplexity,
    }


def _sentence_items(text: HeldOutText, scores: Floats, learning: Floats | None) -> dict[str, ScoredItems]:
    """The perplexities of the test text by sentence, from log P of each token, (N,).

    Parameters
    ----------
    learning : those of dynamic evaluation.
    """
    stream = text.stream("test")
    sentences = (" ".join(text.vocabulary.decode(sentence)) for sentence in stream.sentences())
    texts = digest([*text.vocabulary.tokens, "", *sentences])  # over another vocabulary, perplexity is another quantity
    nats, tokens = -by_sentence(stream, scores), np.diff(stream.offsets) + 1  # with <eos>
    parts = {"test_perplexity": (nats, tokens)}
    if length := text.length("test"):  # of the whole text; each sentence gets its share by tokens
        parts["word_perplexity"] = nats, tokens * length.words / tokens.sum()
        parts["bits_per_character"] = nats / math.log(2), tokens * length.characters / tokens.sum()
    if text.source_perplexity("test") is not None:
        parts["perplexity_over_source"] = nats - text.source_nats("test"), tokens
    if learning is not None:
        parts["dynamic_perplexity"] = -by_sentence(stream, learning), tokens
    return {name: ScoredItems(np.stack([values, units], axis=1), texts) for name, (values, units) in parts.items()}


def _pair_items(text: HeldOutText, points: Floats) -> dict[str, ScoredItems]:
    """The points of each pair (N,), for the groups of pairs among the main numbers."""
    pairs = text.agreement_items
    texts = [
        " ".join(text.vocabulary.decode([*prefix, correct, wrong]))
        for prefix, correct, wrong in zip(pairs["prefix"], pairs["correct"], pairs["wrong"], strict=True)
    ]
    chosen = {group.number: group.members(pairs) for group in MAIN_GROUPS.values()}
    return {number: share_items(points[members], compress(texts, members)) for number, members in chosen.items()}


def main_numbers(tables: Mapping[str, pd.DataFrame]) -> dict[str, float | None]:
    """The few numbers of a model that people compare, from its tables, as far as they are measured."""
    by_split = tables["perplexity"].set_index("split")
    perplexities = {f"{split}_perplexity": by_split.at[split, "perplexity"] for split in HELD_OUT}
    numbers = {name: value for name, value in perplexities.items() if pd.notna(value)}
    for column in (*PER_UNIT, "source_perplexity", "perplexity_over_source", "dynamic_perplexity"):
        if column in by_split and pd.notna(by_split.at["test", column]):
            numbers[column] = by_split.at["test", column]
    if "agreement" in tables:
        by_group = tables["agreement"].drop_duplicates("group").set_index("group")["accuracy"]
        there = {name: group.number for name, group in MAIN_GROUPS.items() if pd.notna(by_group.get(name))}
        numbers |= {number: float(by_group[name]) for name, number in there.items()}
    return numbers
