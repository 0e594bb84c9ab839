"""Clipping: the recorded trainings of one network at several learning rates, gradients clipped and not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from firth.errors import FirthError
from firth.live.unanswered import or_error, reason
from firth.workspace import stage_of

if TYPE_CHECKING:
    import pandas as pd

    from firth.live.asked_query import Query
    from firth.live.opened_models import OpenedModels
    from firth.workspace import Workspace

CLIPPINGS = ("clipped", "unclipped")
SHOWN = {"losses": "train_loss", "norms": "gradient_norm"}
CURVE = {"learning_rate": float, "step": int, "train_loss": float, "gradient_norm": float}


def answer(models: OpenedModels, query: Query) -> dict[str, Any]:
    """Both trainings at a learning rate.

    Parameters
    ----------
    query : ``rate``, a learning rate of the study; the lowest if it is missing.

    Returns
    -------
    dict
        ``rates`` of the study as texts, ascending; ``rate``; ``limit``, the gradient norm above which gradients are
        clipped; ``steps``, the length of the longest training; ``least`` of ``losses`` and of ``norms`` at all learning
        rates; ``trainings``, for each its ``clipping``, and ``steps``,
        ``losses`` (nats a token, means of ten steps) and ``norms`` (the largest of ten steps, before clipping),
        ``diverged_at`` (a step, or None) and ``perplexity`` on validation text (None if it diverged), or ``error``.

    Raises
    ------
    FirthError
        If the study is not there or damaged, or it has no such learning rate.
    """
    found: dict[str, dict[str, Any]] = {}
    errors: dict[str, dict[str, Any]] = {}
    for clipping in CLIPPINGS:
        try:
            found[clipping] = _record(models, clipping)
        except Exception as error:  # of one kind, and the other is still shown
            errors[clipping] = {"error": reason(error)}
    if not found:
        raise FirthError(errors[CLIPPINGS[0]]["error"])
    rates = sorted({rate for record in found.values() for rate in record["outcomes"]}, key=float)
    if not rates:
        raise FirthError("the study of clipping has no training; record it with `make studies`")
    rate = query.get("rate") or rates[0]
    if rate not in rates:
        raise FirthError(f"the study has no such learning rate; choose from {', '.join(rates)}")
    curves = [record["curve"] for record in found.values() if len(record["curve"])]
    return {
        "rates": rates,
        "rate": rate,
        "limit": next((record["limit"] for record in found.values() if record["limit"]), None),
        "steps": max((int(curve["step"].max()) for curve in curves), default=1),
        "least": {
            name: min((float(curve[column].min()) for curve in curves), default=1.0) for name, column in SHOWN.items()
        },
        "trainings": [
            {"clipping": clipping, **(errors.get(clipping) or or_error(partial(_training, found[clipping], rate)))}
            for clipping in CLIPPINGS
        ],
    }


def _training(record: dict[str, Any], rate: str) -> dict[str, Any]:
    """One training of a record."""
    if rate not in record["outcomes"]:
        raise FirthError("No training at this learning rate is recorded.")
    curve, outcome = record["curve"], record["outcomes"][rate]
    rows = curve[curve["learning_rate"] == float(rate)]
    return {
        "steps": rows["step"].tolist(),
        **{name: rows[column].tolist() for name, column in SHOWN.items()},
        "diverged_at": outcome.get("diverged_at_step"),
        "perplexity": outcome.get("valid_perplexity"),
    }


def _record(models: OpenedModels, clipping: str) -> dict[str, Any]:
    """The ``curve`` of all trainings of one kind, their ``outcomes`` by learning rate, and the ``limit``."""
    name, workspace = f"clipping-{clipping}", models.workspace
    paths = (workspace.study_metrics(name), workspace.study_plot(name))
    return models.open("training", paths, partial(_read, workspace, name)).model


def _read(workspace: Workspace, name: str) -> dict[str, Any]:
    from firth.report.study_records import METRICS
    from firth.stored_files import read_json
    from firth.tables import read_table

    path, plot = workspace.study_metrics(name), workspace.study_plot(name)
    metrics = read_json(path, METRICS["clipping"], stage_of(path))
    curve: pd.DataFrame = read_table(plot, CURVE, stage_of(plot))
    return {"curve": curve, "outcomes": metrics["by_learning_rate"], "limit": metrics["gradient_clip_norm"]}
