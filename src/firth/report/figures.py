"""Figures as SVG: described with Altair, drawn offline by vl-convert; the same numbers give the same bytes.

Text is measured in Liberation Sans, which vl-convert carries, so the layout does not depend on the fonts of a machine.
The page's style sheet colors text, axes and grid, so that a figure follows a light or a dark theme.
"""

import html
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert

FONT = "Liberation Sans"
# Okabe & Ito (2008): told apart by people with any color vision, and readable on white and on near-black.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
MODEL_COLORS = {
    "n-gram": "#808080",
    "feed-forward": "#CC79A7",
    "RNN": "#D55E00",
    "GRU": "#009E73",
    "LSTM": "#0072B2",
}
NARROW = 330  # plot width in pixels: with axis and title it fits a phone unscaled
CONFIG = {
    "aria": False,  # the figure as a whole has a label; a screen reader needs no name for every point
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": "transparent"},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "labelPadding": 5,
    },
    "legend": {"labelFontSize": 12, "orient": "top", "title": None, "symbolSize": 60, "columnPadding": 16, "offset": 8},
    "line": {"strokeWidth": 2},
}

Curve = Sequence[tuple[float, float]]


def learning_curves(curves: Mapping[str, Curve], name: str, label: str) -> str:
    """Validation perplexity by epoch, one line a model: {model: [(epoch, perplexity), …]}."""
    perplexities = [y for curve in curves.values() for _, y in curve]
    low, high = min(perplexities), max(perplexities)
    wide = high > 8 * low  # a linear axis would press the late epochs flat
    scale = alt.Scale(type="log", nice=False) if wide else alt.Scale(zero=False, nice=True)
    axis = alt.Axis(values=_round_numbers(low, high)) if wide else alt.Axis(tickCount=6)
    epochs = sorted({int(x) for curve in curves.values() for x, _ in curve})
    x_axis = alt.Axis(format="d", grid=False, values=_thinned(epochs, 10))
    chart = _lines(curves).encode(
        x=alt.X("x:Q", title="epoch", axis=x_axis, scale=alt.Scale(nice=False)),
        y=alt.Y("y:Q", title=f"perplexity (validation{', log scale' if wide else ''})", scale=scale, axis=axis),
    )
    return svg(chart.properties(width=NARROW, height=220), name, label)


def over_floor(ratios: Mapping[str, float], name: str, label: str) -> str:
    """Test perplexity as a multiple of the lowest that any model could reach: {model: ratio ≥ 1}."""
    values = [{"model": model, "ratio": ratio, "text": f"{ratio:.3f}"} for model, ratio in ratios.items()]
    top = max(ratios.values())
    x = alt.X("ratio:Q", title="test perplexity ÷ floor (1 = no model can be better)", axis=alt.Axis(tickCount=5))
    x = x.scale(domain=[1, 1 + 1.2 * max(top - 1, 0.01)], nice=False)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=x,
        y=alt.Y("model:N", title="language model", sort=list(ratios), axis=alt.Axis(domain=False, ticks=False)),
    )
    color = alt.Color("model:N", scale=_model_scale(list(ratios)), legend=None)
    chart = base.mark_bar(height=16).encode(x2=alt.datum(1), color=color)
    text = base.mark_text(align="left", dx=5, fontSize=12).encode(text="text:N")
    return svg((chart + text).properties(width=NARROW - 30, height=38 * len(ratios)), name, label)


def accuracy_by_distractors(accuracies: Mapping[str, Curve], name: str, label: str) -> str:
    """Share of right verbs by the number of nouns between subject and verb: {model: [(distractors, share), …]}."""
    lowest = min(y for curve in accuracies.values() for _, y in curve)
    floor = math.floor(20 * min(lowest, 0.45)) / 20  # chance stays in sight
    lines = _lines(accuracies).encode(
        x=alt.X("x:O", title="distracting nouns before the verb", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("y:Q", title="agreement accuracy (share)", scale=alt.Scale(domain=[floor, 1])),
    )
    return svg((_chance(0.5, floor) + lines).properties(width=NARROW, height=220), name, label)


def accuracy_by_length(accuracies: Mapping[str, Curve], name: str, label: str) -> str:
    """Share of right answers by the number of sentences in the story: {model: [(sentences, share), …]}."""
    # Past some twenty lengths every second label of the axis is dropped where it would touch its neighbor.
    x = alt.X("x:O", title="sentences in the story", axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("y:Q", title="exact match (share of answers)", scale=alt.Scale(domain=[0, 1]))
    chart = _lines(accuracies).encode(x=x, y=y)
    return svg(chart.properties(width=NARROW, height=220), name, label)


def cost_by_vocabulary(costs: Mapping[str, Curve], name: str, label: str) -> str:
    """Operations a word by the size of the vocabulary, both on a log scale: {method: [(words, operations), …]}."""
    sizes, operations = zip(*(point for curve in costs.values() for point in curve), strict=True)
    chart = _lines(costs).encode(
        x=alt.X("x:Q", title="words in the vocabulary (log scale)", **_powers_of_ten(sizes)),
        y=alt.Y("y:Q", title="operations a word of text (log scale)", **_powers_of_ten(operations)),
    )
    return svg(chart.properties(width=NARROW, height=220), name, label)


def quality_by_cost(curves: Mapping[str, Curve], name: str, label: str) -> str:
    """Class recovery of word vectors by operations so far, on a log scale: {method: [(operations, share), …]}."""
    operations = [x for curve in curves.values() for x, _ in curve]
    chart = _lines(curves).encode(
        x=alt.X("x:Q", title="operations so far (log scale)", **_powers_of_ten(operations)),
        y=alt.Y("y:Q", title="nearest word of the same class (share)", scale=alt.Scale(domain=[0, 1])),
    )
    return svg(chart.properties(width=NARROW, height=220), name, label)


def svg(chart: Any, name: str, label: str) -> str:
    """Render a chart as an ``<svg>`` element for a page.

    Parameters
    ----------
    name : put before every id inside, so that ids stay unique when several figures share a page.
    label : what the figure shows, in words, for people who do not see it.
    """
    specification = chart.configure(**CONFIG).to_dict()
    drawn = vl_convert.vegalite_to_svg(specification, allowed_base_urls=[])
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', drawn)
    drawn = re.sub(r'(url\(|href=")#', rf"\1#{name}-", drawn)
    drawn = re.sub(r' xmlns(:xlink)?="[^"]*"', "", drawn, count=2)  # inline SVG needs no namespace
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{html.escape(label)}" ', 1)


def _lines(curves: Mapping[str, Curve]) -> alt.Chart:
    models = list(curves)
    values = [{"model": model, "x": x, "y": y} for model, curve in curves.items() for x, y in curve]
    shapes = alt.Scale(domain=models, range=[SHAPES[number % len(SHAPES)] for number in range(len(models))])
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(point={"filled": True, "size": 45})
        .encode(
            color=alt.Color("model:N", scale=_model_scale(models), sort=models),
            shape=alt.Shape("model:N", scale=shapes, sort=models),
        )
    )


def _powers_of_ten(values: Sequence[float]) -> dict[str, Any]:
    """A log scale and its axis, marked at powers of ten: 1k, 10k, …, 1M, …, 1G, …"""
    powers = range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)
    axis = alt.Axis(values=[10.0**power for power in powers], format="~s")
    return {"scale": alt.Scale(type="log", nice=False), "axis": axis}


def _chance(share: float, floor: float) -> alt.LayerChart:
    y = alt.Y("chance:Q", scale=alt.Scale(domain=[floor, 1]))  # a layer without a domain would bring in 0
    base = alt.Chart(alt.Data(values=[{"chance": share, "text": "chance"}])).encode(y=y)
    text = base.mark_text(align="left", dy=8, dx=4, fontSize=12).encode(x=alt.value(0), text="text:N")
    return base.mark_rule(strokeDash=[4, 4], color="#808080") + text


def _model_scale(models: list[str]) -> alt.Scale:
    free = iter([*COLORS, *COLORS])
    return alt.Scale(domain=models, range=[MODEL_COLORS.get(model) or next(free) for model in models])


def _thinned(numbers: list[int], most: int) -> list[int]:
    """At most about ``most`` of the numbers, evenly spaced, counted from the first."""
    return numbers[:: math.ceil(len(numbers) / most)]


def _round_numbers(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten between ``low`` and ``high``."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step * 10.0**power for power in powers for step in (1, 2, 5) if low <= step * 10.0**power <= high]
