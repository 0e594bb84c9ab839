"""Figures of language models that show one finding each."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from firth.report.figures import CHANCE, NARROW, WIDE_LETTER, svg

CATEGORY_COLORS = {"agreement": "#B07A00", "selection": "#3399CC", "structure": "#8C6BB1"}


class Share(NamedTuple):
    """A share with the ends of its 95 % interval, at a number or under a name."""

    x: Any
    share: float
    low: float
    high: float


def shares_by_group(shares: Sequence[Share], color: str, name: str, label: str) -> str:
    """Shares of right verbs by what stands between subject and verb, a row a group, with intervals."""
    order = [share.x for share in shares]
    room = WIDE_LETTER * max(map(len, order))
    axis = alt.Axis(domain=False, ticks=False, grid=True, labelLimit=220, minExtent=room)
    y = alt.Y("x:N", title=None, sort=order, axis=axis)
    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart(alt.Data(values=[share._asdict() for share in shares])).encode(y=y)
    x = alt.X("share:Q", title="agreement accuracy (share)", scale=scale, axis=alt.Axis(tickCount=5, grid=False))
    points = base.mark_point(filled=True, size=60, opacity=1, color=color).encode(x=x)
    intervals = base.mark_rule(color=color, strokeWidth=2).encode(x=alt.X("low:Q", scale=scale), x2="high:Q")
    chart = alt.layer(_chance_above(scale), intervals, points)
    return svg(chart.properties(width=max(NARROW + 20 - room, 150), height=20 * len(shares)), name, label)


def shares_by_distance(shares: Sequence[Share], window: int, color: str, name: str, label: str) -> str:
    """Shares of right verbs by the exact number of tokens between subject and verb; a rule ends the model's window."""
    x_scale = alt.Scale(domain=[-0.5, max(share.x for share in shares) + 0.5], nice=False)
    scale = alt.Scale(domain=[0, 1])
    x_axis = alt.Axis(format="d", grid=False, values=[share.x for share in shares])
    x = alt.X("x:Q", title="tokens between subject and verb", scale=x_scale, axis=x_axis)
    base = alt.Chart(alt.Data(values=[share._asdict() for share in shares])).encode(x=x)
    y = alt.Y("share:Q", title="agreement accuracy (share)", scale=scale, axis=alt.Axis(tickCount=5))
    points = base.mark_point(filled=True, size=55, opacity=1, color=color).encode(y=y)
    intervals = base.mark_rule(color=color, strokeWidth=2).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q")
    words = "1 word" if window == 1 else f"{window} words"
    edge = alt.Chart(alt.Data(values=[{"edge": window - 0.5, "text": f"window of {words}"}]))
    edge = edge.encode(x=alt.X("edge:Q", scale=x_scale))
    text = edge.mark_text(align="right", baseline="bottom", dx=-6, dy=-4, fontSize=12)
    rules = edge.mark_rule(color="#808080") + text.encode(y=alt.value(180), text="text:N")
    chance = alt.Chart(alt.Data(values=[{"chance": CHANCE, "text": "chance"}])).encode(y=alt.Y("chance:Q", scale=scale))
    below = chance.mark_text(align="left", dy=9, dx=4, fontSize=12).encode(x=alt.value(0), text="text:N")
    chart = alt.layer(chance.mark_rule(strokeDash=[4, 4], color="#808080"), below, rules, intervals, points)
    return svg(chart.properties(width=NARROW, height=180), name, label)


def excess_over_source(
    excess: Mapping[str, Mapping[str, float]], ratios: Mapping[str, float], name: str, label: str
) -> str:
    """Excess cross-entropy by category, stacked, a row a model, with its perplexity over the source perplexity.

    Parameters
    ----------
    excess : model → category → nats per token, ≥ 0 but for chance.
    ratios : model → test perplexity divided by the source perplexity.
    """
    models, categories = list(excess), list(dict.fromkeys(key for nats in excess.values() for key in nats))
    values = [
        {"model": model, "category": category, "nats": max(nats, 0.0), "order": categories.index(category)}
        for model, row in excess.items()
        for category, nats in row.items()
    ]
    lengths = {model: sum(max(nats, 0.0) for nats in row.values()) for model, row in excess.items()}
    ends = [
        {"model": model, "end": lengths[model], "text": f"{ratio:.3f} ×"}
        for model, ratio in ratios.items()
        if model in lengths
    ]
    scale = alt.Scale(domain=[0, 1.25 * max(0.01, *lengths.values())], nice=False)
    y = alt.Y("model:N", title=None, sort=models, axis=alt.Axis(domain=False, ticks=False))
    x = alt.X("nats:Q", title="excess cross-entropy (nats per token)", scale=scale, axis=alt.Axis(tickCount=5))
    colors = alt.Scale(domain=categories, range=[CATEGORY_COLORS[category] for category in categories])
    bars = (
        alt.Chart(alt.Data(values=values))
        .mark_bar(height=18)
        .encode(x=x, y=y, color=alt.Color("category:N", scale=colors, sort=categories), order=alt.Order("order:Q"))
    )
    text = alt.Chart(alt.Data(values=ends)).mark_text(align="left", dx=5, fontSize=12)
    chart = bars + text.encode(x=alt.X("end:Q", scale=scale), y=y, text="text:N")
    return svg(chart.properties(width=NARROW - 30, height=25 * len(models)), name, label)


def _chance_above(scale: alt.Scale) -> alt.LayerChart:
    """A vertical rule where a guess is, with its name above the plot."""
    base = alt.Chart(alt.Data(values=[{"chance": CHANCE, "text": "chance"}])).encode(x=alt.X("chance:Q", scale=scale))
    text = base.mark_text(align="center", dy=-8, fontSize=12).encode(y=alt.value(0), text="text:N")
    return base.mark_rule(strokeDash=[4, 4], color="#808080") + text
