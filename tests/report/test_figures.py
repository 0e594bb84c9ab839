"""Figures: well-formed, titled, the same bytes twice, and with the numbers they were given."""

import re
from importlib.resources import files
from xml.etree import ElementTree

import numpy as np
import pytest

from firth.report import (
    encoder_figures,
    figures,
    gradient_figures,
    language_figures,
    study_figures,
    word_figures,
)
from firth.report.language_figures import Share
from firth.report.names import COLORS
from firth.report.word_map import WIDTH, frequent_members, label_places, positions, word_map

CURVES = {"RNN": [(1, 80.0), (2, 40.0), (3, 30.0)], "LSTM": [(1, 70.0), (2, 30.0), (3, 25.0)]}
SHARES = {"n-gram": [(0, 0.9), (1, 0.3)], "LSTM": [(0, 1.0), (1, 0.95)]}
EXCESS = {"n-gram": {"agreement": 0.0293, "selection": 0.4942}, "LSTM": {"agreement": -0.001, "selection": 0.0281}}
DRAWINGS = {
    "curves": (
        lambda: figures.learning_curves(CURVES, "curves", "falls"),
        {"epoch", "perplexity (validation)", "RNN", "LSTM"},
    ),
    "excess": (
        lambda: language_figures.excess_over_source(EXCESS, {"n-gram": 1.6875, "LSTM": 1.0625}, "excess", "falls"),
        {"excess cross-entropy (nats per token)", "agreement", "selection", "LSTM", "1.688 ×", "1.062 ×"},
    ),
    "agreement": (
        lambda: figures.accuracy_by_attractors(SHARES, "agreement", "falls"),
        {"attractors between subject and verb", "agreement accuracy (share)", "chance"},
    ),
    "distance": (
        lambda: figures.accuracy_by_distance({"RNN": [("0", 1.0), ("1–2", 0.9), ("11+", 0.7)]}, "distance", "falls"),
        {"tokens between subject and verb", "agreement accuracy (share)", "chance", "1–2", "11+"},
    ),
    "groups": (
        lambda: language_figures.shares_by_group(
            [Share("simple", 0.9, 0.85, 0.95), Share("neutral", 0.4, 0.3, 0.5)],
            "#808080",
            "groups",
            "neutral is harder",
        ),
        {"agreement accuracy (share)", "chance", "simple", "neutral"},
    ),
    "window": (
        lambda: language_figures.shares_by_distance(
            [Share(0, 1.0, 0.9, 1.0), Share(2, 0.5, 0.4, 0.6)], 1, "#808080", "window", "falls"
        ),
        {"tokens between subject and verb", "agreement accuracy (share)", "chance", "window of 1 word", "0", "2"},
    ),
    "length": (
        lambda: encoder_figures.accuracy_by_length({"GRU": [("2", 1.0), ("3", 0.5)]}, ["3"], 0.25, "length", "falls"),
        {"sentences in the story", "exact match (share of answers)", "best baseline"},
    ),
    "bleu by length": (
        lambda: encoder_figures.bleu_by_length({"RNN": [("1-5", 97.0), ("31+", 41.5)]}, ["31+"], "bleu", "falls"),
        {"words in the source", "BLEU", "1-5", "31+", "RNN", "100"},
    ),
    "relative gradients": (
        lambda: encoder_figures.relative_gradients(
            {
                "before training": {"RNN": [(1, 0.09), (0, 1.0)], "GRU": [(0, 1.0)]},
                "after training": {"RNN": [(1, 5.0), (0, 1.0)]},
            },
            "relative",
            "falls",
        ),
        {"tokens read after it, up to the end of the source", "before training", "0.1", "1", "RNN", "GRU"},
    ),
    "intervals": (
        lambda: encoder_figures.scores_with_intervals(
            {"without attention": (41.5, (40.0, 43.0)), "dot attention": (60.25, None)}, "BLEU", 100, "bars", "rises"
        ),
        {"BLEU", "without attention", "dot attention", "41.5", "60.2", "100"},
    ),
    "vector": (
        lambda: encoder_figures.bleu_by_size({"all sources": [(16, 10.0), (32, 20.0)]}, "size", "rises"),
        {"units of the vector (log scale)", "BLEU", "16", "32", "all sources"},
    ),
    "cells": (
        lambda: encoder_figures.bleu_by_cell({"read forwards": {"RNN": 2.5, "GRU": 70.0}}, "cells", "rises"),
        {"BLEU", "read forwards", "RNN", "GRU", "2.5", "70.0"},
    ),
    "saliency": (
        lambda: encoder_figures.saliency_map(
            {1: {1: 0.75, 2: 0.25}, 2: {1: 0.0, 2: 1.0}},
            ["le", "le"],
            ["the", "cat"],
            "attention weight",
            "map",
            "looks",
        ),
        {"source", "output", "le", "the", "cat", "attention weight", "0.25", "1.00"},
    ),
    "starts": (
        lambda: study_figures.initial_embeddings(
            {"random": [(1, 90.0), (2, 30.0)], "SVD": [(1, 80.0)]},
            {"random": [(300, 1.5), (30000, 95.0)], "word2vec": [(300, 2.5)]},
            "starts",
            "rises",
        ),
        {
            *("epoch", "perplexity (log)", "training pairs (log scale)", "BLEU", "300", "30,000"),
            *("random", "SVD", "word2vec"),
        },
    ),
    "words": (
        lambda: study_figures.quality_by_effort(
            {"softmax": [(4e3, 0.1), (2e6, 0.9)]}, "words of text read", "words", "rises"
        ),
        {"words of text read so far (log scale)", "nearest-neighbor accuracy", "10k", "1M"},
    ),
    "representations": (
        lambda: word_figures.scores_of_representations({"one-hot": 0.0125, "SVD": 0.9}, "accuracy", "scores", "rises"),
        {"one-hot", "SVD", "accuracy", "0.013", "0.900"},
    ),
    "density": (
        lambda: word_figures.density_by_words(
            [(10, 0.9), (100, 0.5), (1296, 0.1)], "most frequent words (log scale)", "density", "falls"
        ),
        {"most frequent words (log scale)", "share of cells that hold a count", "10", "100", "1,296"},
    ),
    "spectrum": (
        lambda: word_figures.spectrum_and_scores(
            [(1, 191.0), (2, 137.0)], [(1, 0.25), (2, 0.5)], "accuracy", 0.75, "svd", "falls"
        ),
        {"dimension", "singular value", "first dimensions that are kept (log scale)", "accuracy", "PPMI"},
    ),
    "orders": (
        lambda: figures.growth_by_order(
            {"validation": [(1, 685.2), (2, 199.0)], "test": [(1, 639.2), (2, 185.7)]},
            [(1, 10001), (2, 274991)],
            {"no attractors": [(1, 0.5), (2, 0.95)], "1": [(1, 0.5), (2, 0.25)]},
            "orders",
            "falls",
        ),
        {
            *("order n", "perplexity (log)", "n-grams", "accuracy"),
            *("100", "200", "500", "1,000", "10k", "275k", "validation", "test", "no attractors"),
        },
    ),
    "vocabulary": (
        lambda: study_figures.cost_by_vocabulary({"softmax": [(1000, 7e5), (20000, 1.2e7)]}, "vocabulary", "rises"),
        {"words in the vocabulary (log scale)", "operations a word of text (log scale)", "1k", "10k", "1M", "10M"},
    ),
    "quality": (
        lambda: study_figures.quality_by_effort(
            {"softmax": [(4e8, 0.1), (2e12, 0.9)]}, "operations", "quality", "rises"
        ),
        {"operations so far (log scale)", "nearest-neighbor accuracy", "1G", "100G", "1T"},
    ),
    "rates": (
        lambda: study_figures.perplexity_by_learning_rate(
            {"clipped": [(0.5, 60.0), (2, 30.0)], "not clipped": [(0.5, 40.0)]},
            {"not clipped": [2, 8]},
            "rates",
            "clipping helps",
        ),
        {
            *("learning rate (log scale)", "perplexity (validation, log scale)", "clipped", "not clipped"),
            *("0.5", "2", "8", "50", "diverged"),
        },
    ),
    "steps": (
        lambda: study_figures.training_by_step(
            {"clipped": [(10, 7.0), (20, 5.0)]}, {"clipped": [(10, 0.9), (20, 30.0)]}, "steps", "falls"
        ),
        {"step", "loss (nats)", "norm (log scale)", "1", "5", "10", "20", "clipped"},
    ),
    "norms": (
        lambda: gradient_figures.norms_by_lag(
            {
                "before training": {"RNN": [(1, 0.25), (20, 1e-5)], "GRU": [(1, 0.5), (20, 0.125)]},
                "after training": {"RNN": [(1, 0.125), (20, 2e-4)]},
            },
            "norms",
            "vanish",
        ),
        {
            *("steps back, before training", "steps back, after training", "norm of the gradient (log scale)"),
            *("RNN", "GRU", "10⁰", "10⁻²", "10⁻⁴"),
        },
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


def test_models_have_their_own_colors_and_others_one_that_no_model_beside_them_has() -> None:
    scale = figures.model_colors(["LSTM", "Transformer", "RNN", "Mamba"]).to_dict()
    assert scale["range"] == ["#0072B2", "#009E73", "#D55E00", "#CC79A7"]
    assert figures.model_colors(["dot attention"]).to_dict()["range"] == ["#009E73"]


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


def test_trainings_that_diverged_are_crosses_with_one_word_beside_the_first() -> None:
    curves = {"clipped": [(0.5, 60.0), (2.0, 1e30)], "not clipped": []}
    drawn = study_figures.perplexity_by_learning_rate(curves, {"not clipped": [0.5, 2.0]}, "rates", "clipping helps")
    assert drawn.count(">diverged<") == 1
    none = study_figures.perplexity_by_learning_rate(curves, {"not clipped": []}, "rates", "clipping helps")
    assert ">diverged<" not in none and drawn.count("<path") == none.count("<path") + 2


def test_without_agreement_the_size_stands_above_the_axis_title() -> None:
    drawn = figures.growth_by_order({"test": [(1, 30.0), (2, 20.0)]}, [(1, 9), (2, 99)], {}, "orders", "falls")
    texts = [element.text for element in ElementTree.fromstring(drawn).iter("text")]
    assert texts.count("order n") == 1 and texts.count("n-grams") == 1
    assert "agreement accuracy" not in texts


def test_agreement_below_chance_stays_inside_the_axis() -> None:
    drawn = DRAWINGS["agreement"][0]()
    shares = [float(text) for text in re.findall(r">(0\.\d+|1\.0)<", drawn)]
    assert min(shares) <= 0.3


def test_groups_and_distances_stand_in_the_order_given() -> None:
    for name, expected in (("distance", ["0", "1–2", "11+"]), ("groups", ["simple", "neutral"])):
        texts = [element.text for element in ElementTree.fromstring(DRAWINGS[name][0]()).iter("text")]
        assert [text for text in texts if text in expected] == expected


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
    assert chosen[:9] == [*(f"{letter}0" for letter in "hgfedcba"), "h1"]
    assert len(chosen) == 8 * 12


def test_a_spectrum_or_scores_alone_are_one_panel() -> None:
    spectrum = word_figures.spectrum_and_scores([(1, 2.0), (2, 1.0)], [], "", None, "svd", "falls")
    scores = word_figures.spectrum_and_scores([], [(1, 0.25), (2, 0.5)], "accuracy", None, "svd", "rises")
    assert "singular value" in spectrum and "accuracy" not in spectrum
    assert "accuracy" in scores and "singular value" not in scores and "PPMI" not in scores


def test_the_same_initial_embeddings_have_one_color_in_both_panels() -> None:
    drawn = DRAWINGS["starts"][0]()
    assert drawn.count(">random<") == 1
    scale = figures.model_colors(["random", "word2vec"]).to_dict()["range"]
    assert scale == figures.model_colors(["random", "SVD", "word2vec"]).to_dict()["range"][::2]


def test_marks_say_their_values_under_the_pointer_once_and_nothing_else_does() -> None:
    drawn = figures.accuracy_by_attractors({"LSTM": [(1, 1.0)], "a & b": [(1, 0.123456)]}, "n", "l")
    titles = re.findall(r"<title>([^<]*)</title>", drawn)
    values = "attractors between subject and verb: 1; agreement accuracy (share): "
    assert titles == [f"{values}1; model: LSTM", f"{values}0.1235; model: a &amp; b"]
    assert drawn.count("aria-") == 1


@pytest.mark.parametrize("theme", range(2))
@pytest.mark.parametrize("color", sorted({*COLORS.values(), *figures.PALETTE}))
def test_colors_of_marks_stand_out_from_the_paper_in_both_themes(color: str, theme: int) -> None:
    style = files("firth.report").joinpath("templates/page.css").read_text(encoding="utf-8")
    paper = re.findall(r"--paper: (#\w{6})", style)[theme]
    lighter, darker = sorted(map(_luminance, (color, paper)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3  # WCAG 2.2, success criterion 1.4.11


def _luminance(color: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    shares = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
