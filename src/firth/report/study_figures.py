"""Figures of the studies."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from firth.report.figures import NARROW, Curve, lines, model_colors, round_numbers, shape_scale, svg, thinned

CROSS = "M-1,-1L1,1M-1,1L1,-1"
MOST_MARKS = 8  # on a log axis at 1, 2 and 5 times the powers of ten


def cost_by_vocabulary(costs: Mapping[str, Curve], name: str, label: str) -> str:
    """Operations a word by the size of the vocabulary, both on a log scale: {method: [(words, operations), …]}."""
    sizes, operations = zip(*(point for curve in costs.values() for point in curve), strict=True)
    chart = lines(costs).encode(
        x=alt.X("x:Q", title="words in the vocabulary (log scale)", **_powers_of_ten(sizes)),
        y=alt.Y("y:Q", title="operations a word of text (log scale)", **_powers_of_ten(operations)),
    )
    return svg(chart.properties(width=NARROW, height=150), name, label)


def initial_embeddings(perplexities: Mapping[str, Curve], scores: Mapping[str, Curve], name: str, label: str) -> str:
    """Perplexity by epoch above BLEU by training pairs, a line for each kind of initial embeddings.

    Parameters
    ----------
    perplexities : initial embeddings → [(epoch, perplexity), …]; without any, their panel is left out.
    scores : initial embeddings → [(training pairs, BLEU), …]; likewise.
    """
    names = list(dict.fromkeys([*perplexities, *scores]))
    color = alt.Color("model:N", scale=model_colors(names), sort=names)
    shape = alt.Shape("model:N", scale=shape_scale(names), sort=names)
    panels = []
    if perplexities:
        epochs = sorted({int(x) for curve in perplexities.values() for x, _ in curve})
        x = alt.X("x:Q", title="epoch", axis=alt.Axis(format="d", grid=False, values=thinned(epochs, 10)))
        scale, axis = alt.Scale(type="log", nice=False), alt.Axis(values=_round_perplexities(perplexities))
        y = alt.Y("y:Q", title="perplexity (log)", scale=scale, axis=axis)
        drawn = lines(perplexities).encode(x=x, y=y, color=color, shape=shape)
        panels.append(drawn.properties(width=NARROW, height=80))
    if scores:
        counts = sorted({x for curve in scores.values() for x, _ in curve})
        scale = alt.Scale(type="log", domain=[counts[0] / 1.2, counts[-1] * 1.2], nice=False)
        axis = alt.Axis(values=counts, format=",d")
        x = alt.X("x:Q", title="training pairs (log scale)", scale=scale, axis=axis)
        y = alt.Y("y:Q", title="BLEU", scale=alt.Scale(domain=[0, 100]))
        drawn = lines(scores).encode(x=x, y=y, color=color, shape=shape)
        panels.append(drawn.properties(width=NARROW, height=80))
    return svg(alt.vconcat(*panels, spacing=14), name, label)


def quality_by_effort(curves: Mapping[str, Curve], effort: str, name: str, label: str) -> str:
    """Nearest-neighbor accuracy by what was spent so far, on a log scale: {method: [(effort, share), …]}.

    Parameters
    ----------
    effort : what was spent, such as operations or words of text.
    """
    spent = [x for curve in curves.values() for x, _ in curve]
    chart = lines(curves).encode(
        x=alt.X("x:Q", title=f"{effort} so far (log scale)", **_powers_of_ten(spent)),
        y=alt.Y("y:Q", title="nearest-neighbor accuracy", scale=alt.Scale(domain=[0, 1])),
    )
    return svg(chart.properties(width=NARROW, height=150), name, label)


def perplexity_by_learning_rate(
    perplexities: Mapping[str, Curve], diverged: Mapping[str, Sequence[float]], name: str, label: str
) -> str:
    """Validation perplexity by learning rate, both on a log scale; a cross at the top where a training diverged.

    Parameters
    ----------
    perplexities : way of training → [(learning rate, perplexity), …]; a way may have none.
    diverged : way of training → learning rates.
    """
    models, found = list(perplexities), [point for curve in perplexities.values() for point in curve]
    rates = sorted({rate for rate, _ in found} | {rate for row in diverged.values() for rate in row})
    low, high = min(y for _, y in found), max(y for _, y in found)
    marked = round_numbers(low, high)
    if len(marked) > MOST_MARKS:
        marked = [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    x = alt.X(
        "x:Q",
        title="learning rate (log scale)",
        scale=alt.Scale(type="log", domain=[rates[0] / 1.2, rates[-1] * 1.2], nice=False),
        axis=alt.Axis(values=rates, format="~g", grid=False),
    )
    room = (high / low) ** 0.2  # for the crosses
    scale = alt.Scale(type="log", domain=[low / room**0.3, high * room], nice=False)
    y = alt.Y("y:Q", title="perplexity (validation, log scale)", scale=scale, axis=alt.Axis(values=marked))
    layers: list[alt.Chart] = [lines(perplexities).encode(x=x, y=y)]
    crosses = [{"model": model, "x": rate} for model, row in diverged.items() for rate in row]
    if crosses:
        color = alt.Color("model:N", scale=model_colors(models), sort=models)
        marks = alt.Chart(alt.Data(values=crosses)).encode(x=x, y=alt.value(10), color=color)
        layers.append(marks.mark_point(shape=CROSS, size=30, strokeWidth=2, opacity=1))
        first = {"x": min(rate for row in diverged.values() for rate in row), "text": "diverged"}
        words = alt.Chart(alt.Data(values=[first])).encode(x=x, y=alt.value(10), text="text:N")
        layers.append(words.mark_text(align="right", baseline="middle", dx=-10, fontSize=12))
    return svg(alt.layer(*layers).properties(width=NARROW, height=180), name, label)


def training_by_step(losses: Mapping[str, Curve], norms: Mapping[str, Curve], name: str, label: str) -> str:
    """Training loss and the norm of the gradient, in panels below each other: {way of training: [(step, value), …]}."""
    upper = alt.X("x:Q", title=None, axis=alt.Axis(labels=False, tickCount=6, grid=False))
    lower = alt.X("x:Q", title="step", axis=alt.Axis(tickCount=6, grid=False))
    loss = alt.Y("y:Q", title="loss (nats)", axis=alt.Axis(tickCount=5))
    values = [y for curve in norms.values() for _, y in curve]
    marked = alt.Axis(values=round_numbers(min(values), max(values)))
    norm = alt.Y("y:Q", title="norm (log scale)", scale=alt.Scale(type="log", nice=False), axis=marked)
    chart = alt.vconcat(
        _paths(losses).encode(x=upper, y=loss).properties(width=NARROW, height=85),
        _paths(norms).encode(x=lower, y=norm).properties(width=NARROW, height=85),
        spacing=14,
    )
    return svg(chart, name, label)


def _paths(curves: Mapping[str, Curve]) -> alt.Chart:
    """Lines of many points, which are not marked."""
    models = list(curves)
    values = [{"model": model, "x": x, "y": y} for model, curve in curves.items() for x, y in curve]
    color = alt.Color("model:N", scale=model_colors(models), sort=models)
    return alt.Chart(alt.Data(values=values)).mark_line(strokeWidth=1.5).encode(color=color)


def _round_perplexities(curves: Mapping[str, Curve]) -> list[float]:
    values = [y for curve in curves.values() for _, y in curve]
    return round_numbers(min(values), max(values))


def _powers_of_ten(values: Sequence[float]) -> dict[str, Any]:
    """A log scale and its axis, marked at powers of ten: 1k, 10k, …, 1M, …, 1G, …"""
    powers = range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)
    axis = alt.Axis(values=[10.0**power for power in powers], format="~s")
    return {"scale": alt.Scale(type="log", nice=False), "axis": axis}
