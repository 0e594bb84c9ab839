"""The page's part on gradients: how far back errors reach, and the norms of gradients in training."""

from typing import Any

import altair as alt
import pandas as pd

from firth.report.figures import NARROW, model_colors, svg
from firth.report.findings import Findings
from firth.report.markup import Markup, figure, heading, paragraph, side_by_side, table
from firth.report.names import LANGUAGE_MODELS, with_names
from firth.report.result_tables import Points, above_smallest_norm, curves, rows_of

WHEN = {"before": "before training", "after": "after training"}
DASHES = {"before training": [4, 3], "after training": [1, 0]}

Curves = dict[str, dict[str, Points]]  # model → when → [(lag, value), …]


def gradients_parts(findings: Findings) -> list[Markup | None]:
    """Figures and tables of gradients; nothing where none was measured."""
    gradients = with_names(findings.table("gradients"), "network", LANGUAGE_MODELS)
    norms, shares = _curves(gradients, "norm"), _curves(gradients, "share")
    norms |= {f"{name}, cell": both for name, both in _curves(gradients, "cell_norm").items()}
    trained = _gradient_norms(findings.of_language_models("training"))
    jacobians = with_names(findings.table("jacobians"), "network", LANGUAGE_MODELS)
    if not norms and trained.empty:
        return []
    introduction = paragraph(
        "The gradient of a recurrent network's loss is a sum over lags: how the error at one step depends on the state "
        "k steps before. Each step back multiplies it by a Jacobian; where this shortens it, gradients vanish, and "
        "where it lengthens it, they explode."
    )
    return [
        heading("Gradients in time"),
        introduction,
        side_by_side([_norms(norms), _shares(shares)]),
        side_by_side([_training(trained), _jacobians(jacobians)]),
    ]


def _curves(gradients: pd.DataFrame, column: str) -> Curves:
    by_time = {title: curves(gradients, "network", "lag", f"{column}_{when}") for when, title in WHEN.items()}
    names = [name for name in gradients["network"].unique() if any(name in found for found in by_time.values())]
    return {name: {title: found.get(name, []) for title, found in by_time.items()} for name in names}


def _norms(found: Curves) -> Markup | None:
    if not found:
        return None
    drawn = {name: {when: above_smallest_norm(curve) for when, curve in both.items()} for name, both in found.items()}
    label = "Norm of the gradient by lag: " + _told(found, lambda lag: lag in (0, 10, 40))
    caption = (
        "How much the loss at one step depends on the state k steps before: ‖∂Eₜ/∂hₜ₋ₖ‖, geometric mean over 64 "
        "positions of the validation text. An LSTM keeps what is to last in its cells, not in h. Lags run across the "
        "ends of sentences, where a trained network may forget what it has no more use for."
    )
    y = alt.Y(
        "y:Q", title="‖∂Eₜ/∂hₜ₋ₖ‖ (log scale)", scale=alt.Scale(type="log"), axis=alt.Axis(format="~e", tickCount=6)
    )
    return figure(_drawing(drawn, y, "gradient-norms", label), caption)


def _shares(found: Curves) -> Markup | None:
    if not found:
        return None
    label = "Share of the gradient by lag: " + _told(found, lambda lag: lag in (0, 1, 5, 20))
    caption = (
        "Where the gradient by the recurrent matrices comes from: the length of each lag's term in the sum, over that "
        "of all terms up to lag 20. The terms add up to what autograd computes."
    )
    y = alt.Y("y:Q", title="share of the gradient", axis=alt.Axis(format="%"))
    return figure(_drawing(found, y, "gradient-shares", label), caption)


def _told(found: Curves, chosen: Any) -> str:
    return "; ".join(
        f"{name} {when} " + ", ".join(f"{lag:.0f}: {value:.3g}" for lag, value in curve if chosen(lag))
        for name, both in found.items()
        for when, curve in both.items()
    )


def _drawing(found: Curves, y: alt.Y, name: str, label: str) -> str:
    """A line for each model before training, dashed, and one for it after."""
    values = [
        {"model": model, "when": when, "x": lag, "y": value}
        for model, both in found.items()
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
            color=alt.Color("model:N", scale=model_colors(list(found)), sort=list(found)),
            strokeDash=alt.StrokeDash("when:N", scale=dash, sort=list(DASHES), legend=legend),
        )
    )
    return svg(lines.properties(width=NARROW, height=230), name, label)


def _gradient_norms(training: pd.DataFrame) -> pd.DataFrame:
    """Gradient norms of the trainings that recorded them: a row for each model, a column for each statistic."""
    norms = training.set_index("model").filter(regex=r"^gradient_norm\.")
    return norms.rename(columns=lambda name: name.removeprefix("gradient_norm.")).dropna(how="all")


def _training(trained: pd.DataFrame) -> Markup | None:
    """The spread of gradient norms over the steps of a training, and where they were clipped."""
    if trained.empty:
        return None
    label = "Gradient norms in training: " + "; ".join(
        f"{name} median {norms['percentile_50']:.3g}, 99th percentile {norms['percentile_99']:.3g}, "
        f"{norms['clipped_share']:.1%} of steps clipped at {norms['limit']:g}"
        for name, norms in trained.iterrows()
    )
    caption = (
        "Norms of the gradient over all steps of the training, before clipping: line from the 1st to the 99th "
        "percentile, bar from the 25th to the 75th, median in white. The gray mark is the norm that gradients are "
        "clipped to. "
    )
    caption += "; ".join(f"{name}: {share:.1%} of steps clipped" for name, share in trained["clipped_share"].items())
    values = trained.reset_index(names="model").to_dict("records")
    models = trained.index.tolist()
    y = alt.Y("model:N", title="language model", sort=models, axis=alt.Axis(domain=False, ticks=False))
    base = alt.Chart(alt.Data(values=values)).encode(y=y)
    color = alt.Color("model:N", scale=model_colors(models), legend=None)
    x_axis = alt.Axis(format="~g", tickCount=5)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title="norm of the gradient (log scale)", scale=alt.Scale(type="log"), axis=x_axis)

    chart = (
        base.mark_rule(strokeWidth=2).encode(x=x("percentile_1"), x2="percentile_99:Q", color=color)
        + base.mark_bar(height=16).encode(x=x("percentile_25"), x2="percentile_75:Q", color=color)
        + base.mark_tick(color="white", thickness=2, height=16).encode(x=x("percentile_50"))
        + base.mark_tick(color="#808080", thickness=2, height=30).encode(x=x("limit"))
    )
    return figure(
        svg(chart.properties(width=NARROW - 40, height=40 * len(trained)), "gradient-training", label), f"{caption}."
    )


def _jacobians(jacobians: pd.DataFrame) -> Markup | None:
    shown = jacobians.assign(when=jacobians["when"].map(WHEN))[
        ["network", "when", "largest", "median", "share_above_1"]
    ]
    header = ["network", "", "largest (mean)", "median", "share above 1"]
    caption = "Singular values of the recurrent Jacobian ∂sₖ/∂sₖ₋₁"
    return table(caption, header, rows_of(shown), names=2)
