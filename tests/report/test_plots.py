"""The data of ``dvc plots``: a row a point, models by name and in order; and the templates, in the page's colors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from chromium import CUT_OFF, chromium, watched
from dvc_render.html import render_html
from dvc_render.vega import VegaRenderer
from playwright.sync_api import Browser
from vl_convert import javascript_bundle

from firth.report.figures import model_colors
from firth.report.names import ATTENTIONS, LANGUAGE_MODELS
from firth.report.plots import plot_tables

DVC = Path(__file__).parents[2] / ".dvc"
TEMPLATES = sorted((DVC / "plots").glob("*.json"))
COLUMNS = {
    "language_model_curves": ["model", "epoch", "valid_perplexity"],
    "encoder_decoder_curves": ["model", "epoch", "valid_perplexity"],
    "agreement_by_attractors": ["model", "attractors", "accuracy"],
    "perplexity_over_source": ["model", "perplexity_over_source"],
    "gradients_by_lag": ["model", "lag", "norm"],
    "bleu_by_source_length": ["model", "source_length", "bleu"],
}


def rows(frame: pd.DataFrame) -> list[list[Any]]:
    return [list(row) for row in frame.itertuples(index=False)]


def test_missing_tables_give_figures_without_points() -> None:
    plots = plot_tables({})
    assert {name: list(frame.columns) for name, frame in plots.items()} == COLUMNS
    assert all(frame.empty for frame in plots.values())


def test_curves_of_language_models_and_encoder_decoders_are_apart_and_in_order() -> None:
    names = [
        "seq2seq-qa-dot",
        "seq2seq-translation-dot",
        "seq2seq-translation-none",
        "lm-transformer",
        "lm-lstm",
        "lm-rnn",
    ]
    curves = pd.DataFrame([{"model": name, "epoch": 1, "valid_loss": 0.5, "valid_perplexity": 2} for name in names])
    missing = pd.DataFrame([{"model": "lm-rnn", "epoch": 2, "valid_loss": None, "valid_perplexity": None}])
    plots = plot_tables({"learning_curves": pd.concat([curves, missing])})
    assert rows(plots["language_model_curves"]) == [["RNN", 1, 2.0], ["LSTM", 1, 2.0], ["Transformer", 1, 2.0]]
    expected = [["translation none", 1, 2.0], ["translation dot", 1, 2.0], ["qa dot", 1, 2.0]]
    assert rows(plots["encoder_decoder_curves"]) == expected


def test_agreement_is_that_of_attractors_alone() -> None:
    table = pd.DataFrame(
        [
            ("lstm", "condition", "attractors_0", 1.0),
            ("lstm", "condition", "attractors_1", None),
            ("lstm", "condition", "attractors_10", 0.5),
            ("lstm", "condition", "intervening_nouns_1", 0.75),
            ("lstm", "adjacent_attractor", "adjacent_attractor", 0.25),
            ("lstm", "construction", "attractors_0", 0.125),
            ("ngram", "condition", "attractors_0", 0.625),
        ],
        columns=["model", "grouping", "group", "accuracy"],
    )
    found = plot_tables({"agreement": table})["agreement_by_attractors"]
    assert rows(found) == [["n-gram", 0, 0.625], ["LSTM", 0, 1.0], ["LSTM", 10, 0.5]]


def test_perplexities_are_those_of_the_test_text() -> None:
    table = pd.DataFrame(
        [("gru", "valid", 1.5), ("gru", "test", 1.25), ("lstm", "test", None)],
        columns=["model", "split", "perplexity_over_source"],
    )
    assert rows(plot_tables({"perplexity": table})["perplexity_over_source"]) == [["GRU", 1.25]]


def test_gradients_are_those_before_training_as_far_as_a_log_axis_reaches() -> None:
    table = pd.DataFrame(
        [("lstm", 0, 0.5, 9.5), ("rnn", 0, 0.25, 9.5), ("rnn", 1, 0.0, 9.5)],
        columns=["network", "lag", "norm_before", "norm_after"],
    )
    assert rows(plot_tables({"gradients": table})["gradients_by_lag"]) == [["RNN", 0, 0.25], ["LSTM", 0, 0.5]]


def test_bleu_is_that_of_the_first_test_split() -> None:
    table = pd.DataFrame(
        [("dot", "test_2017", "1-5", 20.5), ("dot", "test_2016", "1-5", 40.5), ("none", "test_2016", "1-5", 30.5)],
        columns=["attention", "split", "source_length", "bleu"],
    ).assign(task="translation")
    found = plot_tables({"source_length": table})["bleu_by_source_length"]
    assert rows(found) == [["none", "1-5", 30.5], ["dot", "1-5", 40.5]]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_templates_give_models_the_colors_of_the_page(path: Path) -> None:
    template = json.loads(path.read_text(encoding="utf-8"))
    values = template["transform"][0]["from"]["data"]["values"]
    colors = {item["model"]: item["color"] for item in values}
    assert {shown.name: colors[shown.name] for shown in LANGUAGE_MODELS.values()} == {
        shown.name: shown.color for shown in LANGUAGE_MODELS.values()
    }
    for name, shown in ATTENTIONS.items():
        assert colors[name] == colors[f"translation {name}"] == shown.color
    among_curves = [color for model, color in colors.items() if " " in model]
    assert len(set(among_curves)) == len(among_curves)
    unknown = model_colors([*(shown.name for shown in LANGUAGE_MODELS.values()), "Transformer"]).to_dict()["range"][-1]
    assert template["transform"][0]["default"] == unknown


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("template", [path.stem for path in TEMPLATES])
def test_a_figure_of_two_revisions_is_drawn_without_a_word_in_the_console(
    browser: Browser, tmp_path: Path, template: str
) -> None:
    shown = [model for model in LANGUAGE_MODELS.values() if model.name != "Transformer"]
    points: list[dict[str, Any]] = [  # as DVC reads them, all text
        {"model": model.name, "epoch": str(epoch), "valid_perplexity": str(9 / epoch + place), "rev": revision}
        for revision in ("workspace", "HEAD~1")
        for place, model in enumerate(shown)
        for epoch in ((1,) if template == "bars" else (1, 2, 3))
    ]
    names = {"x": "model" if template == "bars" else "epoch", "y": "valid_perplexity", "title": "Language models"}
    figure = VegaRenderer(points, "figure", template=template, template_dir=str(DVC / "plots"), **names)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "vega.js").write_text(javascript_bundle("window.vegaEmbed = vegaEmbed;"), encoding="utf-8")
    path = render_html([figure], tmp_path / "dvc_plots" / "index.html", DVC / "plots.html")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    found = watched(page)
    page.goto(Path(path).as_uri())
    page.wait_for_selector("svg .mark-symbol.role-legend-symbol")
    assert found == [(tmp_path / "reports" / "vega.js").as_uri()]
    assert page.evaluate(CUT_OFF) == []
    labels = "[...axis.querySelectorAll('.role-axis-label text')].map((label) => label.textContent)"
    axes = page.evaluate(f"[...document.querySelectorAll('.role-axis')].map((axis) => {labels})")
    assert ([model.name for model in shown] if template == "bars" else ["1", "2", "3"]) in axes
    marks = ".mark-rect.role-mark path" if template == "bars" else ".mark-line path"
    paint = "(mark) => mark.getAttribute('fill') + mark.getAttribute('stroke')"
    colors = page.evaluate(f"[...document.querySelectorAll('{marks}')].map({paint})")
    assert len(colors) == 2 * len(shown)
    for model in shown:
        assert sum(model.color.lower() in color.lower() for color in colors) == 2
    page.close()


def test_there_are_four_templates() -> None:
    assert [path.stem for path in TEMPLATES] == ["bars", "groups", "logarithmic", "models"]
