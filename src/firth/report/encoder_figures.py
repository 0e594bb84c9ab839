"""Figures of encoder–decoders."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from firth.report.figures import NARROW, PALETTE, Curve, Steps, lines, round_numbers, svg, thinned


def accuracy_by_length(accuracies: Mapping[str, Curve], name: str, label: str) -> str:
    """Share of right answers by the number of sentences in the story: {model: [(sentences, share), …]}."""
    # Past some twenty lengths every second label of the axis is dropped where it would touch its neighbor.
    x = alt.X("x:O", title="sentences in the story", axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("y:Q", title="exact match (share of answers)", scale=alt.Scale(domain=[0, 1]))
    chart = lines(accuracies).encode(x=x, y=y)
    return svg(chart.properties(width=NARROW, height=220), name, label)


def bleu_by_length(scores: Mapping[str, Steps], name: str, label: str) -> str:
    """BLEU by the number of words in the source: {model: [(group of lengths, BLEU), …]}."""
    steps = [x for x, _ in max(scores.values(), key=len)]
    highest = max(1.0, *(y for curve in scores.values() for _, y in curve))  # an axis from 0 to 0 has no length
    drawn = lines(scores).encode(
        x=alt.X("x:O", title="words in the source", axis=alt.Axis(labelAngle=0), sort=steps),
        y=alt.Y("y:Q", title="BLEU", scale=alt.Scale(domain=[0, min(100, math.ceil(highest / 10) * 10)])),
    )
    return svg(drawn.properties(width=NARROW, height=220), name, label)


def gradients_by_source(norms: Mapping[str, Curve], name: str, label: str) -> str:
    """Gradient norms by source position on a log axis: {model: [(position, norm), …]}."""
    positions = sorted({int(x) for curve in norms.values() for x, _ in curve})
    x_axis = alt.Axis(format="d", grid=False, values=thinned(positions, 12))
    found = [y for curve in norms.values() for _, y in curve]
    low, high = min(found) / 1.3, max(found) * 1.3
    y = alt.Y(
        "y:Q",
        title="gradient norm (log scale)",
        scale=alt.Scale(type="log", domain=[low, high], nice=False),
        axis=alt.Axis(values=round_numbers(low, high), format="~g"),
    )
    drawn = lines(norms).encode(
        x=alt.X("x:Q", title="source position k, in tokens", axis=x_axis, scale=alt.Scale(nice=False, zero=False)), y=y
    )
    return svg(drawn.properties(width=NARROW, height=220), name, label)


def saliency_map(
    weights: Mapping[int, Mapping[int, float]],
    outputs: Sequence[str],
    sources: Sequence[str],
    title: str,
    name: str,
    label: str,
) -> str:
    """Weights of source words for output words: {output position from 1: {source position from 1: share}}."""
    side = min(26, NARROW // len(sources))
    values = [
        {"row": f"{row:04d} {outputs[row - 1]}", "column": f"{column:04d} {sources[column - 1]}", "weight": weight}
        for row, found in weights.items()
        for column, weight in found.items()
    ]
    word = "slice(datum.label, 5)"  # behind the number, which keeps words apart that come twice
    axis: dict[str, Any] = {"labelExpr": word, "ticks": False, "domain": False, "labelLimit": 120}
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_rect(color=PALETTE[0], stroke="#808080", strokeOpacity=0.25, strokeWidth=0.5)
        .encode(
            x=alt.X("column:O", title="source", axis=alt.Axis(labelAngle=-90, orient="top", **axis)),
            y=alt.Y("row:O", title="output", axis=alt.Axis(**axis)),
            opacity=alt.Opacity(
                "weight:Q",
                scale=alt.Scale(domain=[0, 1], range=[0, 1]),
                legend=alt.Legend(
                    title=title,
                    titleFontSize=12,
                    titleFontWeight="normal",
                    orient="bottom",
                    values=[0.2, 0.4, 0.6, 0.8, 1],
                    format=".1f",
                    symbolType="square",
                ),
            ),
        )
    )
    return svg(chart.properties(width=side * len(sources), height=22 * len(outputs)), name, label)
