"""Trainings at two learning rates, as the study of clipping records them."""

import pandas as pd

from firth.tables import write_metrics, write_table
from firth.workspace import Workspace

CURVES = {
    "clipped": [(0.5, 10, 7.0, 1.5), (0.5, 20, 4.0, 0.5), (4.0, 10, 6.0, 2.0), (4.0, 20, 3.5, 0.75)],
    "unclipped": [(0.5, 10, 6.5, 1.0), (0.5, 20, 3.75, 0.5), (4.0, 10, 19.0, 37.0)],
}
PERPLEXITIES: dict[str, dict[str, float | None]] = {
    "clipped": {"0.5": 50.0, "4": 30.5},
    "unclipped": {"0.5": 40.0, "4": None},
}


def add_trainings(workspace: Workspace) -> None:
    """Write the metrics and the curves of the study; without clipping, the higher learning rate diverges."""
    for clipping, rows in CURVES.items():
        columns = ["learning_rate", "step", "train_loss", "gradient_norm"]
        write_table(workspace.study_plot(f"clipping-{clipping}"), pd.DataFrame(rows, columns=columns))
        outcomes = {
            rate: {"diverged_at_step": None if perplexity else 12, "valid_perplexity": perplexity}
            for rate, perplexity in PERPLEXITIES[clipping].items()
        }
        limit = 0.25 if clipping == "clipped" else None
        write_metrics(
            workspace.study_metrics(f"clipping-{clipping}"), {"gradient_clip_norm": limit, "by_learning_rate": outcomes}
        )
