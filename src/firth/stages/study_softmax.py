"""Stage ``study_softmax``: what learning from one word costs by each method, against the size of the vocabulary."""

from typing import TYPE_CHECKING

from firth.params.studies import METHODS
from firth.report.metrics import write_metrics
from firth.studies.learners import learner_on_made_up_text
from firth.training.progress import Meter
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.experiment import Params

VOCABULARY_SIZES = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


def run(params: "Params", workspace: Workspace) -> None:
    """Operations of the loss and its gradient for each word of a made-up text, counted, not timed."""
    costs: dict[str, dict[str, float]] = {method: {} for method in METHODS}
    with Meter("study softmax", len(METHODS) * len(VOCABULARY_SIZES)) as meter:
        for size in VOCABULARY_SIZES:
            for method in METHODS:
                cost = learner_on_made_up_text(method, size, params).operations_a_word()
                costs[method][f"vocabulary_{size}"] = cost
                meter.advance(1, f"{method}, {size} words")
    write_metrics(workspace.study_metrics("softmax"), {"operations_a_word": costs})
