"""The page's tables on gradients: what a step back multiplies them by, and their norms in training."""

from firth.report.findings import Findings
from firth.report.markup import Markup, heading, side_by_side, table
from firth.report.names import LANGUAGE_MODELS, WHEN, with_names
from firth.report.result_tables import rows_of

NORMS = {  # column of the training table → title
    "percentile_50": "median",
    "percentile_99": "99th percentile",
    "largest": "largest",
    "limit": "limit",
    "clipped_share": "clipped (share of steps)",
}


def gradients_parts(findings: Findings) -> list[Markup | None]:
    """The tables; nothing where no gradient was measured."""
    tables = [_training(findings), _jacobians(findings)]
    return [heading("Gradients in time"), side_by_side(tables)] if any(tables) else []


def _training(findings: Findings) -> Markup | None:
    """The norms of gradients over the steps of a training, and the limit that they were clipped to."""
    training = findings.of_language_models("training").set_index("model")
    norms = training.filter(regex=r"^gradient_norm\.").rename(columns=lambda name: name.removeprefix("gradient_norm."))
    shown = norms.reindex(columns=list(NORMS)).dropna(how="all").reset_index()
    caption = "Norms of the gradient over all steps of the training, before clipping"
    return table(caption, ["language model", *NORMS.values()], rows_of(shown))


def _jacobians(findings: Findings) -> Markup | None:
    jacobians = with_names(findings.table("jacobians"), "network", LANGUAGE_MODELS)
    shown = jacobians.assign(when=jacobians["when"].map(WHEN))[
        ["network", "when", "largest", "median", "share_above_1"]
    ]
    header = ["network", "", "largest (mean)", "median", "share above 1"]
    caption = "Singular values of the recurrent Jacobian ∂sₖ/∂sₖ₋₁"
    return table(caption, header, rows_of(shown), names=2)
