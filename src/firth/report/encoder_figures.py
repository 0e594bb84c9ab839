"""Figures of encoder–decoders."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import altair as alt

from firth.report.figures import NARROW, PALETTE, SHAPES, Curve, Steps, lines, model_colors, round_numbers, svg, thinned

HEIGHT = 150  # of a plot in pixels, so that a claim with its figure takes half a screen
MOST_MARKS = 6  # that a panel has room for
Interval = tuple[float, float]


def accuracy_by_length(
    accuracies: Mapping[str, Steps], few: Collection[str], baseline: float | None, name: str, label: str
) -> str:
    """Share of right answers by the number of sentences in the story: {model: [(group of lengths, share), …]}.

    The points of the groups in ``few`` are hollow. ``baseline`` is the share of the best baseline over all questions, a
    dashed line.
    """
    scale = alt.Scale(domain=[0, 1])
    y = alt.Y("y:Q", title="exact match (share of answers)", scale=scale)
    chart = _by_length(accuracies, few, "sentences in the story", y)
    if baseline is not None:
        base = alt.Chart(alt.Data(values=[{"baseline": baseline}])).encode(y=alt.Y("baseline:Q", scale=scale))
        text = base.mark_text(align="left", dy=-8, dx=4, fontSize=12)
        rule = base.mark_rule(strokeDash=[4, 4], color="#808080")
        chart = alt.layer(rule, text.encode(x=alt.value(0), text=alt.datum("best baseline")), chart)
    return svg(chart.properties(width=NARROW, height=HEIGHT), name, label)


def bleu_by_length(scores: Mapping[str, Steps], few: Collection[str], name: str, label: str) -> str:
    """BLEU by the number of words in the source: {model: [(group of lengths, BLEU), …]}.

    The points of the groups in ``few`` are hollow.
    """
    highest = max(1.0, *(y for curve in scores.values() for _, y in curve))  # an axis from 0 to 0 has no length
    y = alt.Y("y:Q", title="BLEU", scale=alt.Scale(domain=[0, min(100, math.ceil(highest / 10) * 10)]))
    chart = _by_length(scores, few, "words in the source", y)
    return svg(chart.properties(width=NARROW, height=HEIGHT), name, label)


def _by_length(scores: Mapping[str, Steps], few: Collection[str], title: str, y: alt.Y) -> Any:
    """A line for each model over groups of lengths, with hollow points for ``few``."""
    steps, models = [x for x, _ in max(scores.values(), key=len)], list(scores)
    values = [{"model": model, "x": x, "y": y, "few": x in few} for model, curve in scores.items() for x, y in curve]
    color = alt.Color("model:N", scale=model_colors(models), sort=models)
    shapes = alt.Scale(domain=models, range=[SHAPES[number % len(SHAPES)] for number in range(len(models))])
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("x:O", title=title, axis=alt.Axis(labelAngle=0), sort=steps), y=y, color=color
    )
    points = base.mark_point(size=45, strokeWidth=2, opacity=1).encode(
        fill=alt.Fill("model:N", scale=model_colors(models), sort=models),
        fillOpacity=alt.condition("datum.few", alt.value(0), alt.value(1)),
        shape=alt.Shape("model:N", scale=shapes, sort=models),
    )
    return base.mark_line() + points


def scores_with_intervals(
    scores: Mapping[str, tuple[float, Interval | None]], title: str, highest: float, name: str, label: str
) -> str:
    """A bar for each model from 0 to ``highest``, with its interval as a line: {model: (score, interval)}."""
    models, digits = list(scores), 1 if highest > 1 else 3
    values = [
        {"model": model, "score": score, "text": f"{score:.{digits}f}", "low": low, "high": high}
        for model, (score, interval) in scores.items()
        for low, high in [interval or (score, score)]
    ]
    scale = alt.Scale(domain=[0, 1.12 * highest], nice=False)
    axis = alt.Axis(values=[highest * step / 5 for step in range(6)])
    y = alt.Y("model:N", title=None, sort=models, axis=alt.Axis(domain=False, ticks=False))
    base = alt.Chart(alt.Data(values=values)).encode(y=y)
    bars = base.mark_bar(height=22).encode(
        x=alt.X("score:Q", title=title, scale=scale, axis=axis),
        color=alt.Color("model:N", scale=model_colors(models), legend=None),
    )
    ends = base.encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    rules = ends.mark_rule(strokeWidth=5, color="white") + ends.mark_rule(strokeWidth=2, color="black")  # on any ground
    text = base.mark_text(align="left", dx=5, fontSize=12).encode(x=alt.X("high:Q", scale=scale), text="text:N")
    return svg((bars + rules + text).properties(width=NARROW - 60, height=46 * len(scores)), name, label)


def bleu_by_size(scores: Mapping[str, Curve], name: str, label: str) -> str:
    """BLEU by the size of the vector, on a log scale: {sources: [(units, BLEU), …]}."""
    sizes = sorted({x for curve in scores.values() for x, _ in curve})
    scale = alt.Scale(type="log", base=2, domain=[sizes[0] / 1.2, sizes[-1] * 1.2], nice=False)
    chart = lines(scores).encode(
        x=alt.X("x:Q", title="units of the vector (log scale)", scale=scale, axis=alt.Axis(values=sizes, format="d")),
        y=alt.Y("y:Q", title="BLEU", scale=alt.Scale(domain=[0, 100])),
    )
    return svg(chart.properties(width=NARROW, height=HEIGHT), name, label)


def bleu_by_cell(scores: Mapping[str, Mapping[str, float]], name: str, label: str) -> str:
    """BLEU of each cell by how the source is read, with the numbers beside the bars: {reading: {cell: BLEU}}."""
    cells = list(dict.fromkeys(cell for found in scores.values() for cell in found))
    values = [
        {"reading": reading, "cell": cell, "bleu": bleu, "text": f"{bleu:.1f}"}
        for reading, found in scores.items()
        for cell, bleu in found.items()
    ]
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X(
            "bleu:Q",
            title="BLEU",
            scale=alt.Scale(domain=[0, 112], nice=False),
            axis=alt.Axis(values=[*range(0, 101, 20)]),
        ),
        y=alt.Y("reading:N", title=None, sort=list(scores), axis=alt.Axis(domain=False, ticks=False)),
        yOffset=alt.YOffset("cell:N", sort=cells, scale=alt.Scale(paddingInner=0.15)),
    )
    bars = base.mark_bar().encode(color=alt.Color("cell:N", scale=model_colors(cells), sort=cells))
    text = base.mark_text(align="left", dx=5, fontSize=12).encode(text="text:N")
    return svg((bars + text).properties(width=NARROW - 60, height=(15 * len(cells) + 12) * len(scores)), name, label)


def relative_gradients(panels: Mapping[str, Mapping[str, Curve]], name: str, label: str) -> str:
    """Gradient norms over that of the token read last, in panels below each other, on log scales.

    Parameters
    ----------
    panels : when → model → [(tokens read afterwards, relative norm), …].
    """
    charts = []
    for when, curves in panels.items():
        found = [y for curve in curves.values() for _, y in curve]
        low, high = min(found) / 1.3, max(found) * 1.3
        marks, steps = round_numbers(low, high), sorted({int(x) for curve in curves.values() for x, _ in curve})
        is_last = when == list(panels)[-1]
        title = "tokens read after it, up to the end of the source" if is_last else None
        axis = alt.Axis(values=thinned(steps, 12), labels=is_last, grid=False, format="d")
        y = alt.Y(
            "y:Q",
            title=when,
            scale=alt.Scale(type="log", domain=[low, high], nice=False),
            axis=alt.Axis(values=marks[:: 1 + len(marks) // MOST_MARKS], format="~g"),
        )
        x = alt.X("x:Q", title=title, axis=axis, scale=alt.Scale(nice=False, zero=False))
        charts.append(lines(curves).encode(x=x, y=y).properties(width=NARROW, height=85))
    return svg(alt.vconcat(*charts, spacing=14), name, label)


def saliency_map(
    weights: Mapping[int, Mapping[int, float]],
    outputs: Sequence[str],
    sources: Sequence[str],
    title: str,
    name: str,
    label: str,
) -> str:
    """Weights of source words for output words, on a scale up to the largest.

    Parameters
    ----------
    weights : {output position from 1: {source position from 1: share}}.
    """
    side = min(26, NARROW // len(sources))
    highest = max(max(found.values()) for found in weights.values()) or 1.0
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
                scale=alt.Scale(domain=[0, highest], range=[0, 1]),
                legend=alt.Legend(
                    title=title,
                    titleFontSize=12,
                    titleFontWeight="normal",
                    orient="bottom",
                    values=[highest * step / 4 for step in range(1, 5)],
                    format=".2f",
                    symbolType="square",
                ),
            ),
        )
    )
    return svg(chart.properties(width=side * len(sources), height=16 * len(outputs)), name, label)
