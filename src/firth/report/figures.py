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

FONT = "Liberation Sans"
# Okabe & Ito (2008), as in ``names``: for whatever has no color of its own.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
NARROW = 330  # plot width in pixels: with axis and title it fits a phone unscaled
WIDE_LETTER = 6.5  # pixels of a label at 12 pixels: the page may be drawn in a wider font than is measured
CHANCE = 0.5  # agreement accuracy of guessing between two verb forms
MOST_IN_A_ROW = 5  # of a legend's entries beside each other, which are then about as wide as the plot
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
    return svg(chart.properties(width=NARROW, height=220), name, label)


def over_source(ratios: Mapping[str, float], name: str, label: str) -> str:
    """Test perplexity as a multiple of the source perplexity: {model: ratio ≥ 1}."""
    values = [{"model": model, "ratio": ratio, "text": f"{ratio:.3f}"} for model, ratio in ratios.items()]
    top = max(ratios.values())
    x = alt.X("ratio:Q", title="test perplexity ÷ source perplexity (1 = best possible)", axis=alt.Axis(tickCount=5))
    x = x.scale(domain=[1, 1 + 1.2 * max(top - 1, 0.01)], nice=False)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=x,
        y=alt.Y("model:N", title="language model", sort=list(ratios), axis=alt.Axis(domain=False, ticks=False)),
    )
    color = alt.Color("model:N", scale=model_colors(list(ratios)), legend=None)
    chart = base.mark_bar(height=16).encode(x2=alt.datum(1), color=color)
    text = base.mark_text(align="left", dx=5, fontSize=12).encode(text="text:N")
    return svg((chart + text).properties(width=NARROW - 30, height=38 * len(ratios)), name, label)


def excess_by_category(excess: Mapping[str, Mapping[str, float]], name: str, label: str) -> str:
    """Excess cross-entropy by category of decision: {model: {category: nats per token ≥ 0, but for chance}}."""
    models, categories = list(excess), list(dict.fromkeys(key for nats in excess.values() for key in nats))
    values: list[dict[str, Any]] = [
        {"model": model, "category": category, "nats": nats, "text": f"{nats:z.3f}", "end": max(nats, 0)}
        for model, row in excess.items()
        for category, nats in row.items()
    ]
    lowest, highest = min(value["nats"] for value in values), max(value["nats"] for value in values)
    # Room at the right for the number beside the longest bar.
    scale = alt.Scale(domain=[min(lowest, 0), 1.2 * max(highest, 0.01)], nice=False)
    title = "excess cross-entropy (nats per token)"
    base = alt.Chart(alt.Data(values=values)).encode(
        y=alt.Y("category:N", title="category of decision", sort=categories, axis=alt.Axis(domain=False, ticks=False)),
        yOffset=alt.YOffset("model:N", sort=models, scale=alt.Scale(paddingInner=0.15)),
    )
    bars = base.mark_bar().encode(
        x=alt.X("nats:Q", title=title, scale=scale, axis=alt.Axis(tickCount=5, grid=False, labelFlush=False)),
        x2=alt.datum(0),
        color=alt.Color("model:N", scale=model_colors(models), sort=models, legend=alt.Legend(columnPadding=8)),
    )
    text = base.mark_text(align="left", dx=5, fontSize=12).encode(x=alt.X("end:Q", title=title), text="text:N")
    height = (18 * len(models) + 14) * len(categories)
    return svg((bars + text).properties(width=NARROW - 30, height=height), name, label)


def accuracy_by_attractors(accuracies: Mapping[str, Curve], name: str, label: str) -> str:
    """Share of right verbs by the number of attractors between subject and verb: {model: [(attractors, share), …]}."""
    steps = {model: [(str(x), y) for x, y in curve] for model, curve in accuracies.items()}
    return _agreement(steps, "attractors between subject and verb", name, label)


def accuracy_by_distance(accuracies: Mapping[str, Steps], name: str, label: str) -> str:
    """Share of right verbs by the tokens between subject and verb: {model: [(group of distances, share), …]}."""
    return _agreement(accuracies, "tokens between subject and verb", name, label)


def accuracy_by_group(accuracies: Mapping[str, Mapping[str, float]], name: str, label: str) -> str:
    """Share of right verbs by what stands between subject and verb, a row a group: {group: {model: share}}."""
    models = list(dict.fromkeys(model for shares in accuracies.values() for model in shares))
    values = [
        {"group": group, "model": model, "share": share}
        for group, shares in accuracies.items()
        for model, share in shares.items()
    ]
    lowest_share = _below(share for shares in accuracies.values() for share in shares.values())
    scale = alt.Scale(domain=[lowest_share, 1])
    x_axis = alt.Axis(tickCount=5, labelFlush=False)
    room = WIDE_LETTER * max(map(len, accuracies))
    y_axis = alt.Axis(domain=False, ticks=False, grid=True, labelLimit=200, minExtent=room)
    legend = alt.Legend(columns=3, offset=22)  # leaves room for "chance"; as narrow as the plot
    points = (
        alt.Chart(alt.Data(values=values))
        .mark_point(filled=True, size=55, opacity=1)
        .encode(
            x=alt.X("share:Q", title="agreement accuracy (share)", scale=scale, axis=x_axis),
            y=alt.Y("group:N", title=None, sort=list(accuracies), axis=y_axis),
            color=alt.Color("model:N", scale=model_colors(models), sort=models, legend=legend),
            shape=alt.Shape("model:N", scale=shape_scale(models), sort=models, legend=legend),
        )
    )
    x = alt.X("chance:Q", scale=scale)
    base = alt.Chart(alt.Data(values=[{"chance": CHANCE, "text": "chance"}])).encode(x=x)
    text = base.mark_text(align="center", dy=-8, fontSize=12).encode(y=alt.value(0), text="text:N")
    chance = base.mark_rule(strokeDash=[4, 4], color="#808080") + text
    return svg((chance + points).properties(width=NARROW - 120, height=24 * len(accuracies)), name, label)


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
        drawn.properties(width=NARROW, height=140),
        bars.properties(width=NARROW, height=110),
    ]
    if accuracies:
        lowest_share = _below(y for curve in accuracies.values() for _, y in curve)
        y = alt.Y("y:Q", title="agreement accuracy", scale=alt.Scale(domain=[lowest_share, 1]))
        shares = alt.layer(_chance_rule(lowest_share), lines(accuracies).encode(x=lowest, y=y))
        panels.append(shares.properties(width=NARROW, height=140))
    chart = alt.vconcat(*panels, spacing=18)
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
    drawn = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', drawn)
    drawn = re.sub(r'(url\(|href=")#', rf"\1#{name}-", drawn)
    drawn = re.sub(r' xmlns(:xlink)?="[^"]*"', "", drawn, count=2)  # inline SVG needs no namespace
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{html.escape(label)}" ', 1)


def _agreement(accuracies: Mapping[str, Steps], title: str, name: str, label: str) -> str:
    """Shares of right verbs over steps, in the order of the longest curve."""
    steps = [x for x, _ in max(accuracies.values(), key=len)]
    lowest_share = _below(y for curve in accuracies.values() for _, y in curve)
    drawn = lines(accuracies).encode(
        x=alt.X("x:O", title=title, axis=alt.Axis(labelAngle=0), sort=steps),
        y=alt.Y("y:Q", title="agreement accuracy (share)", scale=alt.Scale(domain=[lowest_share, 1])),
    )
    return svg((_chance(lowest_share) + drawn).properties(width=NARROW, height=220), name, label)


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
    return alt.Y("y:Q", title="perplexity (log scale)", scale=scale, axis=alt.Axis(values=round_numbers(first, last)))


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
