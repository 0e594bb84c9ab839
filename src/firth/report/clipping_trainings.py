"""The trainings of the study of gradient clipping, as tables."""

import pandas as pd

from firth.report.findings import Findings

CLIPPED, UNCLIPPED = "clipped", "not clipped"
CLIPPINGS = {"clipped": CLIPPED, "unclipped": UNCLIPPED}


def trainings(findings: Findings) -> pd.DataFrame:
    """A row for each training, by learning rate, with its gradients clipped and then without."""
    columns = ["gradients", "learning_rate", "diverged_at_step", "valid_perplexity"]
    columns += ["median_gradient_norm", "largest_gradient_norm", "clipped_share"]
    runs = {name: findings.studies.get(f"clipping-{clipping}", {}) for clipping, name in CLIPPINGS.items()}
    rows = [
        {"gradients": name, "learning_rate": float(rate), **outcome}
        for name, found in runs.items()
        for rate, outcome in found.get("by_learning_rate", {}).items()
    ]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"diverged_at_step": "Int64", **dict.fromkeys(columns[3:], float)})


def highest_common_rate(trained: pd.DataFrame) -> float | None:
    """The highest learning rate at which no training diverged, with clipping or without; None if there is none."""
    ended = trained.dropna(subset=["valid_perplexity"]).groupby("learning_rate")["gradients"].nunique()
    common = ended[ended == len(CLIPPINGS)].index
    return None if common.empty else float(common.max())
