"""Figures as SVG: described with Altair, drawn offline by vl-convert; the same numbers give the same bytes.

Text is measured in Liberation Sans, which vl-convert carries, so the layout does not depend on the fonts of a machine.
The page's style sheet colors text, axes and grid, so that a figure follows a light or a dark theme.
"""

import html
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any

import altair as alt
import vl_convert

from firth.report.names import COLORS, LANGUAGE_MODELS
from firth.report.readable import readable

FONT = "Liberation Sans"
# The name that Vega gives a mark, and that a browser shows as a title under the pointer.
NAMED_MARK = re.compile(r'<path aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"([^>]*)/>')
LONG_NUMBER = re.compile(r"\d+\.\d{4,}(e[-+]?\d+)?")
# Okabe & Ito (2008), as in ``names``: for whatever has no color of its own.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B07A00", "#3399CC")
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
NARROW = 330  # plot width in pixels: with axis and title it fits a phone unscaled
WIDE_LETTER = 6.5  # pixels of a label at 12 pixels: the page may be drawn in a wider font than is measured
CHANCE = 0.5  # agreement accuracy of guessing between two verb forms
MOST_IN_A_ROW = 5  # of a legend's entries beside each other, which are then about as wide as the plot
CONFIG = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": "transparent"},
    "axis": {
        "aria": False,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "labelPadding": 5,
    },
    "legend": {
        "aria": False,
        "labelFontSize": 12,
        "orient": "top",
        "title": None,
        "symbolSize": 60,
        "columnPadding": 16,
        "offset": 8,
    },
    "line": {"aria": False, "strokeWidth": 2},
    "rule": {"aria": False},
    "text": {"aria": False},
    "tick": {"aria": False},
}

Curve = Sequence[tuple[float, float]]
Steps = Sequence[tuple[str, float]]


def learning_curves(curves: Mapping[str, Curve], name: str, label: str) -> str:
    """Validation perplexity by epoch, one line a model: {model: [(epoch, perplexity), …]}."""
    perplexities = [y for curve in curves.values() for _, y in curve]
    low, high = min(perplexities), max(perplexities)
    wide = high > 8 * low  # a linear axis would press the late epochs flat
    scale = alt.Scale(type="log", nice=False) if wide else alt.Scale(zero=False, nice=True)
    axis = alt.Axis(values=round_numbers(low, high)) if wide else alt.Axis(tickCount=6)
    epochs = sorted({int(x) for curve in curves.values() for x, _ in curve})
    x_axis = alt.Axis(format="d", grid=False, values=thinned(epochs, 10))
    chart = lines(curves).encode(
        x=alt.X("x:Q", title="epoch", axis=x_axis, scale=alt.Scale(nice=False)),
        y=alt.Y("y:Q", title=f"perplexity (validation{', log scale' if wide else ''})", scale=scale, axis=axis),
    )
    return svg(chart.properties(width=NARROW, height=120), name, label)


def accuracy_by_attractors(accuracies: Mapping[str, Curve], name: str, label: str) -> str:
    """Share of right verbs by the number of attractors between subject and verb: {model: [(attractors, share), …]}."""
    steps = {model: [(str(x), y) for x, y in curve] for model, curve in accuracies.items()}
    return _agreement(steps, "attractors between subject and verb", name, label)


def accuracy_by_distance(accuracies: Mapping[str, Steps], name: str, label: str) -> str:
    """Share of right verbs by the tokens between subject and verb: {model: [(group of distances, share), …]}."""
    return _agreement(accuracies, "tokens between subject and verb", name, label)


def growth_by_order(
    perplexities: Mapping[str, Curve], sizes: Curve, accuracies: Mapping[str, Curve], name: str, label: str
) -> str:
    """Perplexity, size and agreement accuracy of n-gram models of order 1, 2, …, in panels below each other.

    Parameters
    ----------
    perplexities : text → [(order, perplexity), …].
    sizes : [(order, number of n-grams), …].
    accuracies : condition → [(order, share of right verbs), …]; without any, their panel is left out.
    """
    upper = alt.X("x:O", title=None, axis=alt.Axis(labelAngle=0))
    lowest = alt.X("x:O", title="order n", axis=alt.Axis(labelAngle=0))
    drawn = lines(perplexities).encode(x=upper, y=_round_log_perplexities(perplexities))
    bars = _size_bars(sizes, upper if accuracies else lowest)
    panels: list[alt.Chart | alt.LayerChart | alt.FacetChart] = [
        drawn.properties(width=NARROW, height=65),
        bars.properties(width=NARROW, height=50),
    ]
    if accuracies:
        lowest_share = _below(y for curve in accuracies.values() for _, y in curve)
        y = alt.Y("y:Q", title="accuracy", scale=alt.Scale(domain=[lowest_share, 1]))
        shares = alt.layer(_chance_rule(lowest_share), lines(accuracies).encode(x=lowest, y=y))
        panels.append(shares.properties(width=NARROW, height=75))
    chart = alt.vconcat(*panels, spacing=10)
    return svg(chart.resolve_scale(color="independent", shape="independent"), name, label)


def svg(chart: Any, name: str, label: str) -> str:
    """Render a chart as an ``<svg>`` element for a page.

    Parameters
    ----------
    name : put before every id inside, so that ids stay unique when several figures share a page.
    label : the figure in words, for people who do not see it.
    """
    specification = chart.configure(**CONFIG).to_dict()
    drawn = vl_convert.vegalite_to_svg(specification, allowed_base_urls=[])
    drawn = NAMED_MARK.sub(lambda mark: f"<path{mark[2]}><title>{_values(mark[1])}</title></path>", drawn)
    drawn = re.sub(r' (aria-hidden|aria-roledescription|role)="[^"]*"', "", drawn)  # the figure as a whole has a label
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', drawn)
    drawn = re.sub(r'(url\(|href=")#', rf"\1#{name}-", drawn)
    drawn = re.sub(r' xmlns(:xlink)?="[^"]*"', "", drawn, count=2)  # inline SVG needs no namespace
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{html.escape(label)}" ', 1)


def _values(name: str) -> str:
    """The values of a mark, each once, with numbers as people read them; ``name`` is HTML, as Vega writes it."""
    parts = dict.fromkeys(name.split("; "))
    texts = {part.split(": ", 1)[-1]: part for part in reversed(parts)}  # a model is named by axis and color alike
    shown = [part for part in parts if texts[part.split(": ", 1)[-1]] == part or _is_number(part.split(": ", 1)[-1])]
    return LONG_NUMBER.sub(lambda number: readable(float(number[0])), "; ".join(shown))


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-−+\d.,e%]+", text))


def _agreement(accuracies: Mapping[str, Steps], title: str, name: str, label: str) -> str:
    """Shares of right verbs over steps, in the order of the longest curve."""
    steps = [x for x, _ in max(accuracies.values(), key=len)]
    lowest_share = _below(y for curve in accuracies.values() for _, y in curve)
    drawn = lines(accuracies).encode(
        x=alt.X("x:O", title=title, axis=alt.Axis(labelAngle=0), sort=steps),
        y=alt.Y("y:Q", title="agreement accuracy (share)", scale=alt.Scale(domain=[lowest_share, 1])),
    )
    return svg((_chance(lowest_share) + drawn).properties(width=NARROW, height=180), name, label)


def _below(shares: Iterable[float]) -> float:
    """Where an axis of shares begins: at a twentieth, with chance in sight."""
    return math.floor(20 * min(*shares, 0.45)) / 20


def lines(curves: Mapping[str, Curve | Steps]) -> alt.Chart:
    """A line and its points for each curve, x and y still to be encoded; a model's color and shape say which."""
    models = list(curves)
    values = [{"model": model, "x": x, "y": y} for model, curve in curves.items() for x, y in curve]
    legend = alt.Legend(columns=3) if len(models) > MOST_IN_A_ROW else alt.Legend()
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(point={"filled": True, "size": 45})
        .encode(
            color=alt.Color("model:N", scale=model_colors(models), sort=models, legend=legend),
            shape=alt.Shape("model:N", scale=shape_scale(models), sort=models, legend=legend),
        )
    )


def _round_log_perplexities(curves: Mapping[str, Curve]) -> alt.Y:
    """A log axis from one round number to another, so that several of them lie on it."""
    perplexities = [y for curve in curves.values() for _, y in curve]
    low, high = min(perplexities), max(perplexities)
    around = round_numbers(low / 3, 3 * high)
    first, last = max(y for y in around if y < low), min(y for y in around if y > high)
    scale = alt.Scale(type="log", domain=[first, last], nice=False)
    return alt.Y("y:Q", title="perplexity (log)", scale=scale, axis=alt.Axis(values=round_numbers(first, last)))


def _size_bars(sizes: Curve, x: alt.X) -> alt.LayerChart:
    """A bar for each number of n-grams, with the number above it: 1.3k, 915k, 2.32M."""
    values = [{"x": order, "y": size} for order, size in sizes]
    scale = alt.Scale(domain=[0, 1.2 * max(size for _, size in sizes)], nice=False)
    axis = alt.Axis(labels=False, ticks=False, grid=False)
    base = alt.Chart(alt.Data(values=values)).encode(x=x, y=alt.Y("y:Q", title="n-grams", scale=scale, axis=axis))
    text = base.mark_text(dy=-7, fontSize=12).encode(text=alt.Text("y:Q", format=".3~s"))
    return base.mark_bar(size=30, color=LANGUAGE_MODELS["ngram"].color) + text


def _chance(lowest_share: float) -> alt.LayerChart:
    rule = _chance_rule(lowest_share)
    text = rule.mark_text(align="left", dy=8, dx=4, fontSize=12).encode(x=alt.value(0), text=alt.datum("chance"))
    return rule + text


def _chance_rule(lowest_share: float) -> alt.Chart:
    y = alt.Y("chance:Q", scale=alt.Scale(domain=[lowest_share, 1]))  # a layer without a domain would bring in 0
    base = alt.Chart(alt.Data(values=[{"chance": CHANCE}])).encode(y=y)
    return base.mark_rule(strokeDash=[4, 4], color="#808080")


def model_colors(models: list[str]) -> alt.Scale:
    """One color a model, its own in every figure; a model without one gets a color that no other here has."""
    own = {COLORS[model] for model in models if model in COLORS}
    free = cycle([color for color in PALETTE if color not in own] or PALETTE)
    return alt.Scale(domain=models, range=[COLORS.get(model) or next(free) for model in models])


def shape_scale(models: list[str]) -> alt.Scale:
    """One shape of points a model."""
    return alt.Scale(domain=models, range=[SHAPES[number % len(SHAPES)] for number in range(len(models))])


def thinned(numbers: list[int], most: int) -> list[int]:
    """At most about ``most`` of the numbers, evenly spaced, counted from the first."""
    return numbers[:: math.ceil(len(numbers) / most)]


def round_numbers(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten between ``low`` and ``high``."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step * 10.0**power for power in powers for step in (1, 2, 5) if low <= step * 10.0**power <= high]
