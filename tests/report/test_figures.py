"""Figures: well-formed, titled, the same bytes twice, and with the numbers they were given."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from firth.report import figures
from firth.report.word_map import WIDTH, frequent_members, label_places, positions, word_map

CURVES = {"RNN": [(1, 80.0), (2, 40.0), (3, 30.0)], "LSTM": [(1, 70.0), (2, 30.0), (3, 25.0)]}
SHARES = {"n-gram": [(0, 0.9), (1, 0.3)], "LSTM": [(0, 1.0), (1, 0.95)]}
DRAWINGS = {
    "curves": (
        lambda: figures.learning_curves(CURVES, "curves", "falls"),
        {"epoch", "perplexity (validation)", "RNN", "LSTM"},
    ),
    "floor": (
        lambda: figures.over_floor({"n-gram": 1.5, "LSTM": 1.0625}, "floor", "near"),
        {"language model", "test perplexity ÷ floor (1 = no model can be better)", "1.500", "1.062"},
    ),
    "agreement": (
        lambda: figures.accuracy_by_distractors(SHARES, "agreement", "falls"),
        {"distracting nouns before the verb", "agreement accuracy (share)", "chance"},
    ),
    "length": (
        lambda: figures.accuracy_by_length({"GRU": [(2, 1.0), (3, 0.5)]}, "length", "falls"),
        {"sentences in the story", "exact match (share of answers)"},
    ),
    "vocabulary": (
        lambda: figures.cost_by_vocabulary({"softmax": [(1000, 7e5), (20000, 1.2e7)]}, "vocabulary", "rises"),
        {"words in the vocabulary (log scale)", "operations a word of text (log scale)", "1k", "10k", "1M", "10M"},
    ),
    "quality": (
        lambda: figures.quality_by_cost({"softmax": [(4e8, 0.1), (2e12, 0.9)]}, "quality", "rises"),
        {"operations so far (log scale)", "nearest word of the same class (share)", "1G", "100G", "1T"},
    ),
    "map": (
        lambda: word_map(["a", "<unk>"], np.array([[10.0, 10.0], [500.0, 300.0]]), ["x", "y"], "map", "a map"),
        {"first t-SNE dimension (no unit)", "second t-SNE dimension (no unit)", "a", "<unk>", "x", "y"},
    ),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_figure_is_xml_with_axis_titles_and_labels_and_the_same_bytes_twice(name: str) -> None:
    draw, expected = DRAWINGS[name]
    drawn = draw()
    texts = {element.text for element in ElementTree.fromstring(drawn).iter("text")}
    assert expected <= texts
    assert drawn == draw()
    assert not re.search(r"https?:|<script|<image", drawn)


def test_label_for_people_who_do_not_see_the_figure_is_escaped() -> None:
    root = ElementTree.fromstring(figures.learning_curves(CURVES, "curves", 'from <unk> to "b"'))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'from <unk> to "b"'


def test_perplexities_far_apart_get_a_logarithmic_axis() -> None:
    drawn = figures.learning_curves({"RNN": [(1, 2000.0), (2, 30.0)]}, "curves", "falls")
    texts = [element.text for element in ElementTree.fromstring(drawn).iter("text")]
    assert "perplexity (validation, log scale)" in texts
    assert [text for text in texts if text and text.replace(",", "").isdigit()] == [
        *["1", "2"],
        *["50", "100", "200", "500", "1,000", "2,000"],
    ]


def test_agreement_below_chance_stays_inside_the_axis() -> None:
    drawn = DRAWINGS["agreement"][0]()
    shares = [float(text) for text in re.findall(r">(0\.\d+|1\.0)<", drawn)]
    assert min(shares) <= 0.3


def test_labels_touch_neither_each_other_nor_a_point() -> None:
    draw = np.random.default_rng(1)
    points = draw.uniform(40, 400, size=(120, 2)).round()
    words = ["w" * int(length) for length in draw.integers(2, 12, size=120)]
    places = label_places(words, points)
    assert 10 < len(places) < 120
    boxes = [(x, y, 0.29 * 12 * len(words[number]), 6.0) for number, (x, y) in places.items()]
    for number, (x, y, half_width, half_height) in enumerate(boxes):
        assert x + half_width <= WIDTH
        for other_x, other_y, other_width, other_height in boxes[:number]:
            assert abs(x - other_x) >= half_width + other_width or abs(y - other_y) >= half_height + other_height
        apart = (abs(points[:, 0] - x) >= half_width) | (abs(points[:, 1] - y) >= half_height)
        assert apart.all()


def test_map_is_the_same_twice_and_keeps_groups_apart() -> None:
    draw = np.random.default_rng(2)
    groups = np.repeat(np.eye(3, 20) * 5, 12, axis=0) + draw.normal(size=(36, 20)) * 0.3
    placed = positions(groups, seed=3)
    assert np.array_equal(placed, positions(groups, seed=3))
    centers = placed.reshape(3, 12, 2).mean(axis=1)
    nearest = np.linalg.norm(placed[:, None] - centers[None], axis=2).argmin(axis=1)
    assert nearest.tolist() == np.repeat([0, 1, 2], 12).tolist()


def test_the_best_represented_classes_give_their_most_frequent_words_in_order_of_frequency() -> None:
    classes = {f"{letter}{number}": letter for letter in "abcdefghijklmno" for number in range(20)}
    del classes["o5"]
    words = ["the", *(f"{letter}{number}" for number in range(20) for letter in "onmlkjihgfedcba")]
    chosen = frequent_members(words, classes)
    assert chosen[:13] == [*(f"{letter}0" for letter in "lkjihgfedcba"), "l1"]
    assert len(chosen) == 12 * 15
