"""Subject–verb agreement across distractors (Linzen et al. 2016): does a model prefer the verb form that agrees?

The built-in world brings pairs from its own grammar; for other English text they come from templates.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError
from firth.lm.minimal_pairs.templates import minimal_pairs
from firth.text.tokenizer import tokenize_line
from firth.text.vocabulary import Vocabulary

COLUMNS = ("prefix", "correct", "wrong", "distractors", "controls", "distance", "adjacent", "neutral")
DISTANCES = {"0": 0, "1-2": 2, "3-4": 4, "5-7": 7, "8-10": 10}  # tokens between subject and verb: the most of a group
FARTHEST = "11+"
FEWEST_PAIRS = 20  # in a group of fewer, one pair would move the accuracy by more than five points


@dataclass(frozen=True)
class Item:
    """A sentence up to its verb, the verb's right and wrong form, and what stands between subject and verb.

    ``distractors`` are nouns there that have the other number than the subject, ``controls`` the same; ``distance`` is
    the number of tokens from the subject's noun to the verb. ``adjacent``: the last of them is a distractor.
    ``neutral``: there are tokens, and none has a number.
    ``construction`` names the template of English text; pairs of the world have none.
    """

    prefix: NDArray[np.int64]
    correct: int
    wrong: int
    distractors: int
    controls: int
    distance: int
    adjacent: bool = False
    neutral: bool = False
    construction: str | None = None

    @property
    def condition(self) -> str:
        """The item's group in the metrics: neutral, controls only, or so many distractors."""
        if self.neutral:
            return "neutral"
        controls_only = self.controls and not self.distractors
        return f"controls_{self.controls}" if controls_only else f"distractors_{self.distractors}"

    @property
    def distance_group(self) -> str:
        """The item's group by distance."""
        return next((name for name, most in DISTANCES.items() if self.distance <= most), FARTHEST)


# Beginnings of N sentences, and for each some words (N, K) → log P(word | beginning), (N, K).
Scorer = Callable[[Sequence[NDArray[np.int64]], NDArray[np.int64]], NDArray[np.float64]]


def agreement_items(raw: Path, corpus: Mapping[str, Any], vocabulary: Vocabulary, lowercase: bool) -> list[Item]:
    """The pairs that a corpus can be asked about: the world's, or those of English templates, or none.

    Parameters
    ----------
    raw : the corpus's folder, ``data/raw/lm``.
    corpus : what its ``corpus.json`` says: ``world``, ``tokenized``, ``language``.
    lowercase : whether the text was lower-cased.

    Raises
    ------
    FirthError
        If the world's file of pairs is damaged.
    """
    if corpus["world"]:
        return read_items(raw / "agreement.tsv", vocabulary, lowercase, corpus["tokenized"])
    return english_items(vocabulary) if corpus.get("language") == "en" else []


def read_items(path: Path, vocabulary: Vocabulary, lowercase: bool, tokenized: bool) -> list[Item]:
    """Read the world's agreement pairs, tokenized as the corpus is.

    Raises
    ------
    FirthError
        If a column is missing, a number isn't one, or a verb form is not one token.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or tuple(rows[0]) != COLUMNS:
        raise FirthError(
            f"{path}: line 1 must name the columns {', '.join(COLUMNS)}; build it anew with `dvc repro download@lm`"
        )
    return [
        _item(row, f"{path}: line {line}", vocabulary, lowercase, tokenized) for line, row in enumerate(rows[1:], 2)
    ]


def english_items(vocabulary: Vocabulary) -> list[Item]:
    """Minimal pairs from templates, none of whose words is ``<unk>`` to the model.

    A construction with fewer than ``FEWEST_PAIRS`` pairs is left out.
    """
    items = [
        Item(
            vocabulary.encode(pair.prefix).astype(np.int64),
            vocabulary.id(pair.correct),
            vocabulary.id(pair.wrong),
            pair.distractors,
            pair.controls,
            pair.distance,
            pair.adjacent,
            pair.neutral,
            pair.construction,
        )
        for pair in minimal_pairs(vocabulary)
    ]
    names = [item.construction for item in items]
    return [item for item in items if names.count(item.construction) >= FEWEST_PAIRS]


def accuracies(items: Sequence[Item], score: Scorer) -> dict[str, Any]:
    """The share of items whose right form is more probable than the wrong one, by group; a tie counts one half.

    Returns
    -------
    Accuracy by condition (``distractors_0`` …, ``neutral``, ``controls_1`` …) and, of items with distractors, of those
    whose last word before the verb is one (``adjacent``); under ``by_distance`` by the tokens between subject and verb,
    all conditions together; under ``by_construction``, where items have one, by construction and condition; and under
    ``pairs`` the number of items in each of these groups, in the same form. A group of fewer than ``FEWEST_PAIRS`` has
    the accuracy None.
    """
    scores = score([item.prefix for item in items], np.array([[item.correct, item.wrong] for item in items]))
    correct, wrong = scores.T
    points = np.where(correct > wrong, 1.0, np.where(correct == wrong, 0.5, 0.0))
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, item in enumerate(items):
        for path in _groups(item):
            groups.setdefault(path, []).append(number)
    shares: dict[str, Any] = {}
    pairs: dict[str, Any] = {}
    for path in sorted(groups, key=_order([item.construction for item in items])):
        members = groups[path]
        _put(shares, path, float(points[members].mean()) if len(members) >= FEWEST_PAIRS else None)
        _put(pairs, path, len(members))
    return {**shares, "pairs": pairs}


def _groups(item: Item) -> list[tuple[str, ...]]:
    """Where the item counts in the metrics."""
    paths: list[tuple[str, ...]] = [(item.condition,), ("by_distance", item.distance_group)]
    if item.adjacent:
        paths.append(("adjacent",))
    if item.construction:
        paths.append(("by_construction", item.construction, item.condition))
    return paths


def _order(constructions: Sequence[str | None]) -> Callable[[tuple[str, ...]], tuple[Any, ...]]:
    """Conditions first, then distances from near to far, then constructions as the items have them."""
    kinds = ["distractors", "adjacent", "neutral", "controls"]
    distances = [*DISTANCES, FARTHEST]
    places = {name: place for place, name in enumerate(dict.fromkeys(constructions))}

    def of_condition(name: str) -> tuple[int, int]:
        kind, _, count = name.partition("_")
        return kinds.index(kind), int(count or 0)

    def key(path: tuple[str, ...]) -> tuple[Any, ...]:
        if path[0] == "by_distance":
            return (1, distances.index(path[1]))
        if path[0] == "by_construction":
            return (2, places[path[1]], of_condition(path[2]))
        return (0, of_condition(path[0]))

    return key


def _put(tree: dict[str, Any], path: tuple[str, ...], value: float | int | None) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def _item(row: list[str], place: str, vocabulary: Vocabulary, lowercase: bool, tokenized: bool) -> Item:
    if len(row) != len(COLUMNS) or not all(number.isdecimal() for number in row[3:]):
        raise FirthError(
            f"{place}: not a prefix, two verb forms and five numbers; build it anew with `dvc repro download@lm`"
        )
    prefix, correct, wrong = (tokenize_line(text, lowercase, tokenized) for text in row[:3])
    if len(correct) != 1 or len(wrong) != 1:
        raise FirthError(f"{place}: a verb form is not one token; build it anew with `dvc repro download@lm`")
    ids = np.asarray(vocabulary.encode(prefix), np.int64)
    distractors, controls, distance, adjacent, neutral = map(int, row[3:])
    forms = vocabulary.id(correct[0]), vocabulary.id(wrong[0])
    return Item(ids, *forms, distractors, controls, distance, bool(adjacent), bool(neutral))
