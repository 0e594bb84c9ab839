"""Figures on word vectors: scores, how full the counts are, singular values."""

import math
from collections.abc import Mapping

import altair as alt

from firth.report.figures import NARROW, PALETTE, Curve, svg

COLOR = PALETTE[0]


def scores_of_representations(scores: Mapping[str, float], title: str, name: str, label: str) -> str:
    """A bar for each representation, the score beside it: {representation: score}."""
    values = [{"name": key, "score": score, "text": f"{score:.3f}"} for key, score in scores.items()]
    scale = alt.Scale(domain=[min(0, *scores.values()), 1.15 * max(*scores.values(), 0.01)], nice=False)
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("score:Q", title=title, scale=scale, axis=alt.Axis(tickCount=5, grid=False)),
        y=alt.Y("name:N", title=None, sort=list(scores), axis=alt.Axis(domain=False, ticks=False)),
    )
    bars = base.mark_bar(height=16, color=COLOR)
    text = base.mark_text(align="left", dx=5, fontSize=12).encode(text="text:N")
    return svg((bars + text).properties(width=NARROW - 30, height=26 * len(scores)), name, label)


def density_by_words(curve: Curve, title: str, name: str, label: str) -> str:
    """The share of filled cells among the most frequent words, on a log axis of words: [(words, share), …].

    ``title`` is that of the axis.
    """
    values = [{"x": x, "y": y} for x, y in curve]
    chart = (
        alt.Chart(alt.Data(values=values))
        .mark_line(point={"filled": True, "size": 45, "color": COLOR}, color=COLOR)
        .encode(
            x=_logarithmic(title, [x for x, _ in curve]),
            y=alt.Y("y:Q", title="share of cells that hold a count", scale=alt.Scale(domain=[0, 1])),
        )
    )
    return svg(chart.properties(width=NARROW, height=150), name, label)


def spectrum_and_scores(
    singular_values: Curve, scores: Curve, title: str, sparse_score: float | None, name: str, label: str
) -> str:
    """Singular values by dimension above the score of the first d dimensions.

    Parameters
    ----------
    singular_values : [(dimension, σ), …]; without any, their panel is left out.
    scores : [(number of dimensions, score), …]; likewise.
    title : of the score.
    sparse_score : of the PPMI rows that were factorized, a dashed line; None draws none.
    """
    panels: list[alt.Chart | alt.LayerChart] = []
    if singular_values:
        drawn = alt.Chart(alt.Data(values=[{"x": x, "y": y} for x, y in singular_values])).mark_bar(
            color=COLOR, size=max(1, 0.7 * NARROW / len(singular_values))
        )
        x = alt.X("x:Q", title="dimension", axis=alt.Axis(grid=False, tickCount=6), scale=alt.Scale(nice=False))
        y = alt.Y("y:Q", title="singular value", axis=alt.Axis(tickCount=4))
        panels.append(drawn.encode(x=x, y=y).properties(width=NARROW, height=52))
    if scores:
        panels.append(_scores(scores, title, sparse_score).properties(width=NARROW, height=88))
    return svg(alt.vconcat(*panels, spacing=14), name, label)


def _scores(scores: Curve, title: str, sparse_score: float | None) -> alt.LayerChart:
    lowest = min(0, *(y for _, y in scores))
    y = alt.Y("y:Q", title=title, scale=alt.Scale(domain=[lowest, 1]))
    lines = alt.Chart(alt.Data(values=[{"x": x, "y": y} for x, y in scores])).mark_line(
        point={"filled": True, "size": 45, "color": COLOR}, color=COLOR
    )
    x = _logarithmic("first dimensions that are kept (log scale)", [x for x, _ in scores])
    layers = [lines.encode(x=x, y=y)]
    if sparse_score is not None:
        ruled = alt.Chart(alt.Data(values=[{"y": sparse_score, "text": "PPMI"}])).encode(y=y)
        layers.append(ruled.mark_rule(strokeDash=[4, 4], color="#808080"))
        layers.append(ruled.mark_text(align="left", dy=9, dx=4, fontSize=12).encode(x=alt.value(0), text="text:N"))
    return alt.LayerChart(layer=layers)


def _logarithmic(title: str, values: list[float]) -> alt.X:
    """A log axis whose ends are the smallest and the largest value, marked at powers of ten and at the end."""
    powers = [10.0**power for power in range(math.ceil(math.log10(values[0])), math.ceil(math.log10(values[-1])))]
    marks = [mark for mark in powers if 2 * mark <= values[-1]] + [values[-1]]
    scale = alt.Scale(type="log", domain=[values[0], values[-1]], nice=False)
    return alt.X("x:Q", title=title, scale=scale, axis=alt.Axis(values=marks, format=",d", grid=False))
