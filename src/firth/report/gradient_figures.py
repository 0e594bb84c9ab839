"""Figures of gradients: their terms, their norms by lag, and the cells that keep them from vanishing."""

import math
from collections.abc import Mapping, Sequence

import altair as alt

from firth.params.cells import Cell
from firth.report.figures import NARROW, Curve, model_colors, svg
from firth.report.markup import ENVIRONMENT
from firth.report.readable import SUPERSCRIPTS

PANEL = NARROW // 2  # plot width in pixels of each of two panels beside each other

Step = tuple[str, int, float | None, float]


def gradient_terms(steps: Sequence[Step], target: str, language: str, label: str) -> str:
    """A network unrolled over a sentence, with the norm of each step's term of the gradient.

    Parameters
    ----------
    steps : (token, lag, norm before training or None, norm after training), from the first token on.
    target : the token that the error is about.
    language : of the tokens, as in BCP 47; empty where it is unknown.
    """
    before = [norm for _, _, norm, _ in steps if norm is not None]
    return ENVIRONMENT.get_template("gradient_terms.svg.j2").render(
        steps=steps,
        before=len(before) == len(steps),
        longest_before=max(before, default=0),
        longest_after=max(norm for *_, norm in steps),
        target=target,
        language=language,
        label=label,
    )


def cell_diagram(cell: Cell, label: str) -> str:
    """The cell of an LSTM or a GRU with its gates."""
    return ENVIRONMENT.get_template("cell.svg.j2").render(cell=cell, label=label)


def norms_by_lag(panels: Mapping[str, Mapping[str, Curve]], name: str, label: str) -> str:
    """Norms of gradients by lag on one log scale, in panels beside each other: {when: {model: [(lag, norm), …]}}."""
    models = list(dict.fromkeys(model for found in panels.values() for model in found))
    norms = [norm for found in panels.values() for curve in found.values() for _, norm in curve]
    first, last = math.floor(math.log10(min(norms))), math.ceil(math.log10(max(norms)))
    scale = alt.Scale(type="log", domain=[10.0**first, 10.0**last], nice=False)
    powers = {10.0**power: f"10{str(power).translate(SUPERSCRIPTS)}" for power in range(last, first - 1, -2)}
    drawn = [
        alt.Chart(
            alt.Data(values=[{"model": model, "x": x, "y": y} for model, curve in found.items() for x, y in curve])
        )
        .mark_line()
        .encode(
            x=alt.X("x:Q", title=f"steps back, {when}", axis=alt.Axis(format="d", grid=False, tickCount=5)),
            y=alt.Y(
                "y:Q",
                title=None if number else "norm of the gradient (log scale)",
                scale=scale,
                axis=alt.Axis(values=list(powers), labelExpr=f"({powers})[datum.value]", labels=not number),
            ),
            color=alt.Color("model:N", scale=model_colors(models), sort=models),
        )
        .properties(width=PANEL, height=165)
        for number, (when, found) in enumerate(panels.items())
    ]
    return svg(alt.hconcat(*drawn, spacing=12), name, label)
