"""Text of the built-in world by split, from named generators; held-out pairs and questions don't occur in training."""

from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from firth.corpora.raw import SPLITS, Counts, write_pairs, write_questions, write_text
from firth.errors import FirthError
from firth.params.world_params import WorldPairs, WorldStories, WorldText
from firth.tables import write_table
from firth.training.reproducibility import generator
from firth.world import (
    Sentence,
    Story,
    sample_agreement_pairs,
    sample_sentences,
    sample_stories,
    token_probabilities,
    word_forms,
)

HELD_OUT = 20  # validation and test are each 1/20 of training
SMALLEST = 100  # items of a held-out split
AGREEMENT_PAIRS = 250  # per condition
MOST_DRAWS = 1000  # per item of a held-out split, before sampling new ones is given up

Item = TypeVar("Item")


def write_embeddings_text(folder: Path, settings: WorldText, seed: int) -> Counts:
    """Write training sentences, and ``classes.tsv``: the world's word forms, their lemmas and semantic classes."""
    sentences = sample_sentences(settings.sentences, settings.max_depth, _generator(seed, "embeddings", "train"))
    classes = pd.DataFrame(word_forms()).rename(columns={"word_class": "class"})
    write_table(folder / "classes.tsv", classes)
    return write_text(folder, (("train", sentence.english) for sentence in sentences))


def write_lm_text(folder: Path, settings: WorldText, seed: int) -> Counts:
    """Write independently drawn splits, each sentence's log probability (nats), and agreement pairs.

    ``token_probabilities/test.tsv`` has a row for every token of the test split, with the fields of
    ``TokenProbability``. ``source_entropy_per_sentence`` in the counts is the mean of −log p(sentence), in nats, an
    estimate of the grammar's entropy: no model has a lower expected cross-entropy.
    """
    counts: Counts = {}
    (folder / "log_probabilities").mkdir()
    for split in SPLITS:
        drawn = sample_sentences(_size(settings.sentences, split), settings.max_depth, _generator(seed, "lm", split))
        counts |= write_text(folder, ((split, sentence.english) for sentence in drawn))
        log_probabilities = np.array([sentence.log_probability for sentence in drawn], dtype=np.float64)
        np.save(folder / "log_probabilities" / f"{split}.npy", log_probabilities, allow_pickle=False)
        counts[split]["source_entropy_per_sentence"] = -float(log_probabilities.mean())
        if split == "test":
            rows = [token for sentence in drawn for token in token_probabilities(sentence.english, settings.max_depth)]
            write_table(folder / "token_probabilities" / f"{split}.tsv", pd.DataFrame(rows), exact=True)
    pairs = sample_agreement_pairs(AGREEMENT_PAIRS, settings.max_depth, generator(seed, "world", "agreement"))
    write_table(folder / "agreement.tsv", pd.DataFrame(pairs))
    return counts


def write_translation_text(folder: Path, settings: WorldPairs, seed: int, source_language: str) -> Counts:
    """Write sentence pairs; no source sentence of one split occurs in another."""

    def pair(sentence: Sentence) -> tuple[str, str]:
        both = (sentence.english, sentence.french)
        return both if source_language == "en" else (both[1], both[0])

    def draw(count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
        return [pair(sentence) for sentence in sample_sentences(count, settings.max_depth, rng)]

    def source(item: tuple[str, str]) -> Hashable:
        return item[0]

    return write_pairs(folder, _apart(draw, source, settings.pairs, seed, "translation"))


def write_qa_text(folder: Path, settings: WorldStories, seed: int) -> Counts:
    """Write stories and questions; no story with its question occurs in two splits."""

    def draw(count: int, rng: np.random.Generator) -> list[Story]:
        return list(sample_stories(count, settings.max_sentences, rng))

    def content(story: Story) -> Hashable:
        return (*story.sentences, story.question)

    stories = _apart(draw, content, settings.stories, seed, "qa")
    return write_questions(folder, ((split, _record(story)) for split, story in stories))


def _record(story: Story) -> dict[str, Any]:
    return {
        "story": list(story.sentences),
        "question": story.question,
        "answer": story.answer,
        "supporting": [int(place) for place in story.supporting],
        "last_place": story.last_place_answer,
        "task": None,
    }


def _apart(
    draw: Callable[[int, np.random.Generator], list[Item]],
    key: Callable[[Item], Hashable],
    training_size: int,
    seed: int,
    role: str,
) -> Iterator[tuple[str, Item]]:
    """(split, item), where held-out items that occur in an earlier split are drawn again.

    Two items are the same if they have the same ``key``.
    """
    taken: set[Hashable] = set()
    for split in SPLITS:
        rng = _generator(seed, role, split)
        size = _size(training_size, split)
        kept = draw(size, rng) if split == "train" else []
        draws = 0
        while len(kept) < size:
            if draws >= MOST_DRAWS * size:
                raise FirthError(
                    f"world.{role}: the world has too few texts for {size} in {split} that aren't in training; "
                    "set less training text, or a greater depth or length"
                )
            fresh = draw(max(size - len(kept), SMALLEST), rng)
            draws += len(fresh)
            kept += [item for item in fresh if key(item) not in taken][: size - len(kept)]
        taken.update(map(key, kept))
        for item in kept:
            yield split, item


def _size(training_size: int, split: str) -> int:
    return training_size if split == "train" else max(SMALLEST, training_size // HELD_OUT)


def _generator(seed: int, role: str, split: str) -> np.random.Generator:
    return generator(seed, "world", role, split)
