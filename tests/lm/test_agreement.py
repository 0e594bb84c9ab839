import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firth.errors import FirthError
from firth.lm.agreement import FEWEST_PAIRS, Item, Scorer, accuracies, agreement_items, english_items, read_items
from firth.lm.minimal_pairs.templates import lexicon
from firth.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary(["<unk>", "<eos>", "dog", "dogs", "the", "runs", "run"], [0, 9, 5, 5, 4, 3, 3])
HEADER = "prefix\tcorrect\twrong\tdistractors\tcontrols\tdistance\tadjacent\tneutral\n"


def item(prefix: list[int], distractors: int, controls: int, construction: str | None = None) -> Item:
    distance = len(prefix) - 1
    neutral = distance > 0 and not distractors and not controls
    adjacent = distractors > 0 and prefix[-1] == 3
    return Item(np.array(prefix, np.int64), 5, 6, distractors, controls, distance, adjacent, neutral, construction)


def last_noun_agrees(prefixes: Sequence[NDArray[np.int64]], words: NDArray[np.int64]) -> NDArray[np.float64]:
    """A toy model that looks at the last noun alone, and is undecided where it stands beside another."""
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
    found = accuracies(ITEMS * FEWEST_PAIRS, last_noun_agrees)
    pairs = found.pop("pairs")
    assert found == {
        "distractors_0": 1.0,
        "distractors_1": pytest.approx(1.5 / 3),
        "distractors_2": 0.0,
        "adjacent": 0.0,
        "neutral": 0.5,
        "controls_1": 1.0,
        "controls_2": 0.5,
        "by_distance": {"0": 1.0, "1-2": pytest.approx(3.5 / 7), "3-4": 0.5},
    }
    distractors = [f"distractors_{count}" for count in range(3)]
    assert list(found) == [*distractors, "adjacent", "neutral", "controls_1", "controls_2", "by_distance"]
    assert {name: count / FEWEST_PAIRS for name, count in pairs["by_distance"].items()} == {"0": 1, "1-2": 7, "3-4": 1}
    assert pairs["distractors_1"] == 3 * FEWEST_PAIRS


def test_constructions_come_in_the_order_of_the_items_with_their_conditions() -> None:
    items = [item([2, 3], 1, 0, "z"), item([2, 2], 0, 1, "z"), item([2], 0, 0, "a")] * FEWEST_PAIRS
    found = accuracies(items, last_noun_agrees)
    expected = {"z": {"distractors_1": 0.0, "controls_1": 1.0}, "a": {"distractors_0": 1.0}}
    assert json.dumps(found["by_construction"]) == json.dumps(expected)
    counts = {"z": {"distractors_1": 20, "controls_1": 20}, "a": {"distractors_0": 20}}
    assert found["pairs"]["by_construction"] == counts


def test_a_group_of_few_pairs_shows_their_number_and_no_accuracy() -> None:
    found = accuracies([item([2], 0, 0)] * FEWEST_PAIRS + [item([2, 3], 1, 0)] * (FEWEST_PAIRS - 1), last_noun_agrees)
    assert (found["distractors_0"], found["distractors_1"]) == (1.0, None)
    assert found["pairs"]["distractors_1"] == FEWEST_PAIRS - 1
    assert found["by_distance"] == {"0": 1.0, "1-2": None}


@pytest.mark.parametrize(
    ("distance", "group"),
    [(0, "0"), (1, "1-2"), (2, "1-2"), (3, "3-4"), (5, "5-7"), (7, "5-7"), (8, "8-10"), (10, "8-10"), (11, "11+")],
)
def test_distances_are_grouped(distance: int, group: str) -> None:
    assert Item(np.array([2]), 5, 6, 0, 0, distance).distance_group == group


def test_items_are_read_as_the_corpus_is_tokenized(tmp_path: Path) -> None:
    path = tmp_path / "agreement.tsv"
    path.write_text(HEADER + "The dogs, the dog\trun\truns\t1\t0\t3\t1\t0\n", encoding="utf-8")
    (one,) = read_items(path, VOCABULARY, lowercase=True, tokenized=False)
    assert (one.prefix.tolist(), one.correct, one.wrong) == ([4, 3, 0, 4, 2], 6, 5)
    assert (one.condition, one.distance, one.construction) == ("distractors_1", 3, None)
    assert one.adjacent
    (one,) = read_items(path, VOCABULARY, lowercase=False, tokenized=False)
    assert one.prefix.tolist() == [0, 3, 0, 4, 2]
    path.write_text(HEADER + "The dogs that slept\trun\truns\t0\t0\t2\t0\t1\n", encoding="utf-8")
    (one,) = agreement_items(tmp_path, {"world": True, "tokenized": True}, VOCABULARY, lowercase=True)
    assert (one.condition, one.adjacent) == ("neutral", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\n", "line 1 must name"),
        ("", "line 1 must name"),
        ("prefix\tcorrect\twrong\tdistractors\tcontrols\n", "line 1 must name.*download@lm"),
        (HEADER + "the dog\truns\trun\t0\t0\t0\t0\n", "line 2: not a prefix"),
        (HEADER + "the dog\truns\trun\tone\t0\t0\t0\t0\n", "line 2: not a prefix"),
        (
            HEADER + "the dog\truns\trun\t0\t0\t0\t0\t0\nthe dog\tis running\tare\t0\t0\t0\t0\t0\n",
            "line 3: a verb form",
        ),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "agreement.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FirthError, match=message):
        read_items(path, VOCABULARY, lowercase=True, tokenized=False)


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


def noun_agrees(place: int) -> Scorer:
    """A model that gives all its mass to the form that agrees with the noun at a place of the prefix's nouns."""

    def score(prefixes: Sequence[NDArray[np.int64]], words: NDArray[np.int64]) -> NDArray[np.float64]:
        numbers = [[NUMBER[word] for word in prefix.tolist() if word in NUMBER][place] for prefix in prefixes]
        return np.array(
            [
                [float((word in SINGULAR_VERBS) == (number == 0)) for word in row]
                for row, number in zip(words, numbers, strict=True)
            ]
        )

    return score


def test_english_pairs_tell_a_model_that_finds_the_subject_from_one_that_takes_the_last_noun() -> None:
    items = english_items(ENGLISH_VOCABULARY)
    by_subject, by_last = (accuracies(items, noun_agrees(place)) for place in (0, -1))
    for construction, shares in by_subject["by_construction"].items():
        for condition, share in shares.items():
            assert share == 1.0
            expected = 0.0 if condition.startswith("distractors") and condition != "distractors_0" else 1.0
            assert by_last["by_construction"][construction][condition] == expected
    assert list(by_subject["by_construction"]) == [
        "simple",
        "prepositional_phrase",
        "subject_relative",
        "object_relative",
        "object_relative_no_that",
        "verb_coordination",
        "long_verb_coordination",
    ]


def test_a_model_that_does_not_see_the_subject_is_right_in_half_of_every_group_of_english() -> None:
    def singular(prefixes: Sequence[NDArray[np.int64]], words: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.isin(words, list(SINGULAR_VERBS)).astype(float)

    found = accuracies(english_items(ENGLISH_VOCABULARY), singular)
    shares = [share for conditions in found["by_construction"].values() for share in conditions.values()]
    assert {*shares, *found["by_distance"].values(), found["neutral"]} == {0.5}


def test_english_pairs_go_with_english_text_that_has_the_words() -> None:
    corpus = {"world": False, "tokenized": True, "language": "en"}
    assert agreement_items(Path(), corpus, ENGLISH_VOCABULARY, lowercase=True)
    assert not agreement_items(Path(), {**corpus, "language": "unknown"}, ENGLISH_VOCABULARY, lowercase=True)
    assert not agreement_items(Path(), corpus, VOCABULARY, lowercase=True)


def test_no_word_of_an_english_pair_is_unknown_and_its_forms_differ() -> None:
    for one in english_items(ENGLISH_VOCABULARY):
        assert one.prefix.min() > 1 and one.correct > 1 and one.wrong > 1 and one.correct != one.wrong
