"""Nearest neighbors that a reader picks: all of them in the page, and a table without script."""

import json
import re
from typing import Any

import pandas as pd
from report.word_results import findings_with, word_angles

from firth.report.lecture.word_pieces import angle_drawing, angles_to_show, neighbor_picker

NEIGHBORS = pd.DataFrame(
    [
        ("word2vec", "word2vec", "dog", 2, "</script>", 0.5),
        ("word2vec", "word2vec", "dog", 1, "cat", 0.987),
        ("counts", "ppmi", "dog", 1, "wolf", 0.75),
        ("counts", "ppmi", "other", 1, "dog", 0.25),
    ],
    columns=["space", "representation", "word", "rank", "neighbor", "cosine"],
)
EXAMPLE = pd.DataFrame([("counts", "dog", "the", 3, 0.5)], columns=["space", "word", "neighbor", "count", "ppmi"])


def picker() -> str:
    return neighbor_picker(findings_with({"neighbors": NEIGHBORS, "cooccurrence_example": EXAMPLE})) or ""


def test_every_measured_word_can_be_picked_with_its_neighbors_in_each_space() -> None:
    found = re.search(r'<script type="application/json" id="neighbor-data">(.*?)</script>', picker(), re.DOTALL)
    assert found
    words: Any = json.loads(found[1])
    assert words == {
        "dog": [[["wolf", "0.75"]], [["cat", "0.99"], ["</script>", "0.50"]]],
        "other": [[["dog", "0.25"]], []],
    }
    assert picker().count("</script>") == 2  # those of the data and of the code


def test_shown_words_stand_in_a_table_without_script() -> None:
    fallback = picker().partition('<div id="neighbor-table">')[2].partition("<script")[0]
    assert '<th scope="row">dog</th>' in fallback and '<th scope="row">other</th>' not in fallback
    assert fallback.index("PPMI") < fallback.index("word2vec") and "cat <small>0.99</small>" in fallback


def test_without_words_to_show_there_is_nothing_to_pick() -> None:
    assert neighbor_picker(findings_with({"neighbors": NEIGHBORS})) is None


def test_angles_are_those_of_word2vec_where_both_spaces_have_them() -> None:
    pairs = [("dog", "cat", 0.9135, 24.0), ("dog", "rice", -0.1736, 100.0)]
    both = pd.concat([word_angles([(*pair[:2], 0.0, 90.0) for pair in pairs], "svd"), word_angles(pairs)])
    assert angles_to_show(findings_with({"angles": both}))["angle"].tolist() == [24, 100]
    one = findings_with({"angles": word_angles(pairs[:1])})
    assert angles_to_show(one).empty and angle_drawing(one) is None


def test_rays_end_where_their_angles_say() -> None:
    pairs = [("dog", "<cat>", 0.5, 60.0), ("dog", "rice", -1.0, 180.0)]
    drawing = angle_drawing(findings_with({"angles": word_angles(pairs)})) or ""
    assert "&lt;cat&gt;" in drawing and "<cat>" not in drawing
    ends = re.findall(r'class="ray" d="M 150 178 L ([\d.-]+) ([\d.-]+)"', drawing)
    assert [(float(x) - 150, 178 - float(y)) for x, y in ends] == [(65, 112.6), (-130, 0)]  # 130 cos 60°, 130 sin 60°
