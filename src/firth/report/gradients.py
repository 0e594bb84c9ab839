"""What the page says of gradients: how far back errors reach, and how long gradients were in training."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from firth.report.figures import NARROW, model_colors, svg
from firth.report.findings import LANGUAGE_MODELS, Findings, pick
from firth.report.markup import Content, Markup, figure, heading, paragraph, side_by_side, table

WHEN = {"before": "before training", "after": "after training"}
DASHES = {"before training": [4, 3], "after training": [1, 0]}
SMALLEST_NORM = 1e-12  # where the axis ends

Curves = dict[str, dict[str, list[tuple[float, float]]]]  # model → when → [(lag, value), …]


def gradients_parts(findings: Findings) -> list[Markup | None]:
    """Figures and tables of gradients; nothing where none was measured."""
    norms, shares = _curves(findings, "norm"), _curves(findings, "share")
    norms |= {f"{name}, cell": both for name, both in _curves(findings, "cell_norm").items()}
    models = findings.language_models()
    trained = {name: found for name, values in models.items() if (found := pick(values, "gradient_norm"))}
    if not norms and not trained:
        return []
    introduction = paragraph(
        "The gradient of a recurrent network's loss is a sum over lags: what the error at one step says of the state k "
        "steps before. Each step back multiplies it by a Jacobian; where this shortens it, gradients vanish, and where "
        "it lengthens it, they explode."
    )
    return [
        heading("Gradients in time"),
        introduction,
        side_by_side([_norms(norms), _shares(shares)]),
        side_by_side([_training(trained), _jacobians(findings)]),
    ]


def _curves(findings: Findings, column: str) -> Curves:
    found: Curves = {}
    for run, name in LANGUAGE_MODELS.items():
        rows = findings.curves.get(run.replace("lm-", "gradients-"), []) if run.startswith("lm-") else []
        curves = {
            title: [(row["lag"], row[key]) for row in rows if row.get(key) is not None]
            for when, title in WHEN.items()
            if (key := f"{column}_{when}")
        }
        if any(curves.values()):
            found[name] = curves
    return found


def _norms(curves: Curves) -> Markup | None:
    if not curves:
        return None
    drawn = {
        name: {when: [(lag, norm) for lag, norm in curve if norm >= SMALLEST_NORM] for when, curve in both.items()}
        for name, both in curves.items()
    }
    label = "Norm of the gradient by lag: " + _told(curves, lambda lag: lag in (0, 10, 40))
    caption = (
        "How much the loss at one step depends on the state k steps before: ‖∂Eₜ/∂hₜ₋ₖ‖, geometric mean over 64 "
        "places of the validation text. An LSTM keeps what is to last in its cells, not in h. Lags run across the ends "
        "of sentences, where a trained network may forget what it has no more use for."
    )
    y = alt.Y(
        "y:Q", title="‖∂Eₜ/∂hₜ₋ₖ‖ (log scale)", scale=alt.Scale(type="log"), axis=alt.Axis(format="~e", tickCount=6)
    )
    return figure(_drawing(drawn, y, "gradient-norms", label), caption)


def _shares(curves: Curves) -> Markup | None:
    if not curves:
        return None
    label = "Share of the gradient by lag: " + _told(curves, lambda lag: lag in (0, 1, 5, 20))
    caption = (
        "Where the gradient by the recurrent matrices comes from: the length of each lag's term in the sum, over that "
        "of all terms up to lag 20. The terms add up to what autograd computes."
    )
    y = alt.Y("y:Q", title="share of the gradient", axis=alt.Axis(format="%"))
    return figure(_drawing(curves, y, "gradient-shares", label), caption)


def _told(curves: Curves, chosen: Any) -> str:
    return "; ".join(
        f"{name} {when} " + ", ".join(f"{lag:.0f}: {value:.3g}" for lag, value in curve if chosen(lag))
        for name, both in curves.items()
        for when, curve in both.items()
    )


def _drawing(curves: Curves, y: alt.Y, name: str, label: str) -> str:
    """A line for each model before training, dashed, and one for it after."""
    values = [
        {"model": model, "when": when, "x": lag, "y": value}
        for model, both in curves.items()
        for when, curve in both.items()
        for lag, value in curve
    ]
    x_axis = alt.Axis(format="d", grid=False)
    legend = alt.Legend(symbolSize=400, orient="bottom", offset=8)
    dash = alt.Scale(domain=list(DASHES), range=list(DASHES.values()))
    lines = (
        alt.Chart(alt.Data(values=values))
        .mark_line()
        .encode(
            x=alt.X("x:Q", title="lag k (steps back)", axis=x_axis, scale=alt.Scale(nice=False)),
            y=y,
            color=alt.Color("model:N", scale=model_colors(list(curves)), sort=list(curves)),
            strokeDash=alt.StrokeDash("when:N", scale=dash, sort=list(DASHES), legend=legend),
        )
    )
    return svg(lines.properties(width=NARROW, height=230), name, label)


def _training(trained: Mapping[str, Mapping[str, float]]) -> Markup | None:
    """The spread of gradient norms over the steps of a training, and where they were clipped."""
    if not trained:
        return None
    values = [
        {
            "model": name,
            "low": norms["percentile_1"],
            "high": norms["percentile_99"],
            "quarter": norms["percentile_25"],
            "three_quarters": norms["percentile_75"],
            "median": norms["percentile_50"],
            "limit": norms["limit"],
        }
        for name, norms in trained.items()
    ]
    label = "Gradient norms in training: " + "; ".join(
        f"{name} median {norms['percentile_50']:.3g}, 99th percentile {norms['percentile_99']:.3g}, "
        f"{norms['clipped_share']:.1%} of steps clipped at {norms['limit']:g}"
        for name, norms in trained.items()
    )
    caption = (
        (
            "Norms of the gradient over all steps of the training, before clipping: line from the 1st to the 99th "
            "percentile, bar from the 25th to the 75th, median in white. The gray mark is the norm that gradients are "
            "clipped to. "
        )
        + "; ".join(f"{name}: {norms['clipped_share']:.1%} of steps clipped" for name, norms in trained.items())
        + "."
    )
    y = alt.Y("model:N", title="language model", sort=list(trained), axis=alt.Axis(domain=False, ticks=False))
    base = alt.Chart(alt.Data(values=values)).encode(y=y)
    color = alt.Color("model:N", scale=model_colors(list(trained)), legend=None)
    x_axis = alt.Axis(format="~g", tickCount=5)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title="norm of the gradient (log scale)", scale=alt.Scale(type="log"), axis=x_axis)

    chart = (
        base.mark_rule(strokeWidth=2).encode(x=x("low"), x2="high:Q", color=color)
        + base.mark_bar(height=16).encode(x=x("quarter"), x2="three_quarters:Q", color=color)
        + base.mark_tick(color="white", thickness=2, height=16).encode(x=x("median"))
        + base.mark_tick(color="#808080", thickness=2, height=30).encode(x=x("limit"))
    )
    return figure(
        svg(chart.properties(width=NARROW - 40, height=40 * len(trained)), "gradient-training", label), caption
    )


def _jacobians(findings: Findings) -> Markup | None:
    rows: list[list[Content]] = []
    for run, name in LANGUAGE_MODELS.items():
        values = findings.metrics.get(run.replace("lm-", "gradients-"), {})
        for when, title in WHEN.items():
            found = pick(values, when, "jacobian_singular_values")
            if found:
                rows.append([name, title, found["largest"], found["median"], found["share_above_1"]])
    if not rows:
        return None
    header = ["network", "", "largest (mean)", "median", "share above 1"]
    return table("Singular values of the recurrent Jacobian ∂sₖ/∂sₖ₋₁", header, rows, names=2)
