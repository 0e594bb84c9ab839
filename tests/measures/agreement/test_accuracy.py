from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from firth.measures.agreement.accuracy import accuracies, agreement_points, distance_groups, window_accuracies
from firth.measures.agreement.items import FEWEST_PAIRS, english_items
from firth.measures.agreement.templates import lexicon
from firth.measures.scorer import Floats
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary

Score = Callable[[Sequence[NDArray], NDArray], Floats]


def item(prefix: list[int], attractors: int, intervening_nouns: int, construction: str = "") -> dict[str, Any]:
    distance = len(prefix) - 1
    return {
        "prefix": np.array(prefix, np.int64),
        "correct": 5,
        "wrong": 6,
        "attractors": attractors,
        "intervening_nouns": intervening_nouns,
        "distance": distance,
        "adjacent_attractor": attractors > 0 and prefix[-1] == 3,
        "neutral": distance > 0 and not attractors and not intervening_nouns,
        "construction": construction,
    }


class Prefers:
    """A scorer that does nothing but continue prefixes."""

    def __init__(self, score: Score) -> None:
        self.score_of = score

    def read(self, ids: NDArray) -> None:
        raise AssertionError

    def score(self, ids: NDArray) -> Floats:
        raise AssertionError

    def score_alternatives(self, ids: NDArray, alternatives: NDArray) -> Floats:
        raise AssertionError

    def next_token(self) -> Floats:
        raise AssertionError

    def score_continuations(self, prefixes: Sequence[NDArray], words: NDArray) -> Floats:
        return self.score_of(prefixes, words)

    def score_sentences(self, sentences: TokenStream) -> Floats:
        raise AssertionError


def measured(items: list[dict[str, Any]] | pd.DataFrame, score: Score) -> pd.DataFrame:
    frame = pd.DataFrame(items)
    return accuracies(frame, agreement_points(frame, Prefers(score)))


def shares(found: pd.DataFrame, grouping: str) -> dict[str, float]:
    rows = found[found["grouping"] == grouping]
    return dict(zip(rows["group"], rows["accuracy"], strict=True))


def last_noun_agrees(prefixes: Sequence[NDArray], words: NDArray) -> Floats:
    """A toy model that looks at the last noun alone, and is undecided after a word without number."""
    singular = np.array([{2: 1.0, 3: -1.0, 4: 0.0}[int(prefix[-1])] for prefix in prefixes])
    return np.where(words == 5, singular[:, None], -singular[:, None])


ITEMS = [
    item([2], 0, 0),
    item([2, 3], 1, 0),
    item([2, 3, 2], 1, 0),
    item([2, 4], 1, 0),
    item([2, 2], 0, 1),
    item([2, 2, 2], 0, 2),
    item([2, 2, 3], 0, 2),
    item([2, 3, 3], 2, 0),
    item([2, 4, 4, 4], 0, 0),
]


def test_accuracy_is_a_share_by_condition_and_distance_and_a_tie_counts_one_half() -> None:
    found = measured(ITEMS * FEWEST_PAIRS, last_noun_agrees)
    expected = [
        ("condition", "attractors_0", 1, 1.0),
        ("condition", "attractors_1", 3, 1.5 / 3),
        ("condition", "attractors_2", 1, 0.0),
        ("adjacent_attractor", "adjacent_attractor", 2, 0.0),
        ("condition", "neutral", 1, 0.5),
        ("condition", "intervening_nouns_1", 1, 1.0),
        ("condition", "intervening_nouns_2", 2, 0.5),
        ("distance", "0", 1, 1.0),
        ("distance", "1-2", 7, 3.5 / 7),
        ("distance", "3-4", 1, 0.5),
    ]
    assert list(found.columns) == ["grouping", "construction", "group", "pairs", "accuracy", "low", "high"]
    assert found[["grouping", "group"]].to_numpy().tolist() == [[grouping, group] for grouping, group, _, _ in expected]
    assert found["pairs"].tolist() == [pairs * FEWEST_PAIRS for _, _, pairs, _ in expected]
    assert found["accuracy"].tolist() == pytest.approx([accuracy for *_, accuracy in expected])
    assert (found["construction"] == "").all()


def test_constructions_come_in_the_order_of_the_items_with_their_conditions() -> None:
    items = [item([2, 3], 1, 0, "z"), item([2, 2], 0, 1, "z"), item([2], 0, 0, "a")] * FEWEST_PAIRS
    found = measured(items, last_noun_agrees)
    assert found[found["grouping"] == "construction"].drop(columns=["low", "high"]).to_numpy().tolist() == [
        ["construction", "z", "attractors_1", 20, 0.0],
        ["construction", "z", "intervening_nouns_1", 20, 1.0],
        ["construction", "a", "attractors_0", 20, 1.0],
    ]


def test_more_than_nine_attractors_come_after_nine() -> None:
    items = [item([2] + [3] * count, count, 0) for count in (10, 9, 2)] * FEWEST_PAIRS
    assert list(shares(measured(items, last_noun_agrees), "condition")) == [
        "attractors_2",
        "attractors_9",
        "attractors_10",
    ]


def test_a_group_of_few_pairs_shows_their_number_and_no_accuracy() -> None:
    items = [item([2], 0, 0)] * FEWEST_PAIRS + [item([2, 3], 1, 0)] * (FEWEST_PAIRS - 1)
    found = measured(items, last_noun_agrees)
    assert found["pairs"].tolist() == [FEWEST_PAIRS, *[FEWEST_PAIRS - 1] * 2, FEWEST_PAIRS, FEWEST_PAIRS - 1]
    for column in ("accuracy", "low", "high"):
        assert found[column].isna().tolist() == [False, True, True, False, True]


def test_the_interval_of_an_accuracy_is_wilson_s() -> None:
    found = measured([item([2], 0, 0)] * 15 + [item([3], 0, 0)] * 5, last_noun_agrees)
    center, margin = (0.75 + 1.96**2 / 40) / (1 + 1.96**2 / 20), 0.5 * 0.3577  # Wilson (1927), by hand
    assert found["accuracy"].iloc[0] == 0.75
    assert found["low"].iloc[0] == pytest.approx(center - margin, abs=1e-3)
    assert found["high"].iloc[0] == pytest.approx(center + margin, abs=1e-3)


def test_a_window_parts_the_pairs_whose_subject_it_holds_from_the_others() -> None:
    items = pd.DataFrame([item([2], 0, 0), item([2, 2], 0, 1), item([2, 3], 1, 0), item([2, 3, 3], 2, 0)] * 20)
    points = agreement_points(items, Prefers(last_noun_agrees))
    found = window_accuracies(items, points, window=2)  # the subject and one word, or the subject alone
    assert found.drop(columns=["low", "high"]).fillna(-1).to_numpy().tolist() == [
        [2, "inside", -1, 60, pytest.approx(2 / 3)],
        [2, "outside", -1, 20, 0.0],
        [2, "inside", 0, 20, 1.0],
        [2, "inside", 1, 40, 0.5],
        [2, "outside", 2, 20, 0.0],
    ]


@pytest.mark.parametrize(
    ("distance", "group"),
    [(0, "0"), (1, "1-2"), (2, "1-2"), (3, "3-4"), (5, "5-7"), (7, "5-7"), (8, "8-10"), (10, "8-10"), (11, "11+")],
)
def test_distances_are_grouped(distance: int, group: str) -> None:
    assert distance_groups(pd.DataFrame({"distance": [distance]})).tolist() == [group]


ENGLISH = ["the", "that", "met", "and", "left", "grew", "near", "about", "from", "saw"]
FORMS = [form for entries in lexicon().values() for forms in entries for form in forms]
ENGLISH_VOCABULARY = Vocabulary(
    ["<unk>", "<eos>", *dict.fromkeys(ENGLISH + FORMS)], [1] * (2 + len({*ENGLISH, *FORMS}))
)
NUMBER = {
    ENGLISH_VOCABULARY.id(form): number
    for (part, _), entries in lexicon().items()
    if part == "noun"
    for forms in entries
    for number, form in enumerate(forms)
}
SINGULAR_VERBS = {
    ENGLISH_VOCABULARY.id(forms[0]) for (part, _), entries in lexicon().items() if part == "verb" for forms in entries
}


def noun_agrees(position: int) -> Score:
    """A model that gives all its mass to the form that agrees with the noun at a position among the prefix's nouns."""

    def score(prefixes: Sequence[NDArray], words: NDArray) -> Floats:
        numbers = [[NUMBER[word] for word in prefix.tolist() if word in NUMBER][position] for prefix in prefixes]
        return np.array(
            [
                [float((word in SINGULAR_VERBS) == (number == 0)) for word in row]
                for row, number in zip(words, numbers, strict=True)
            ]
        )

    return score


def test_english_pairs_tell_a_model_that_finds_the_subject_from_one_that_takes_the_last_noun() -> None:
    items = english_items(ENGLISH_VOCABULARY)
    by_subject, by_last = (measured(items, noun_agrees(position)) for position in (0, -1))
    constructions = by_subject["grouping"] == "construction"
    assert (by_subject[constructions]["accuracy"] == 1).all()
    last = by_last[constructions]
    is_across = last["group"].str.startswith("attractors") & (last["group"] != "attractors_0")
    assert (last["accuracy"] == np.where(is_across, 0.0, 1.0)).all()
    assert list(last["construction"].unique()) == [
        "simple",
        "prepositional_phrase",
        "subject_relative",
        "object_relative",
        "object_relative_no_that",
        "verb_coordination",
        "long_verb_coordination",
    ]


def test_a_model_that_does_not_see_the_subject_is_right_in_half_of_every_group_of_english() -> None:
    def singular(prefixes: Sequence[NDArray], words: NDArray) -> Floats:
        return np.isin(words, list(SINGULAR_VERBS)).astype(float)

    found = measured(english_items(ENGLISH_VOCABULARY), singular)
    assert set(found["grouping"]) == {"condition", "adjacent_attractor", "distance", "construction"}
    assert (found["accuracy"] == 0.5).all()
