"""Stage ``study_softmax``: what learning from one word costs by each method, against the size of the vocabulary."""

from typing import TYPE_CHECKING

from firth.params.study_names import METHODS
from firth.studies.learners import VectorSettings, learner_on_artificial_text
from firth.tables import write_metrics
from firth.training.progress import Meter
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace) -> None:
    """Operations of the loss and its gradient for each word of an artificial text, counted, not timed."""
    sizes, costs = settings.section("vocabulary_sizes", list[int]), dict[str, dict[str, float]]()
    with Meter("study softmax", len(METHODS) * len(sizes)) as meter:
        for size in sizes:
            for method in METHODS:
                learner = learner_on_artificial_text(method, size, VectorSettings.of(settings))
                costs.setdefault(method, {})[f"vocabulary_{size}"] = learner.operations_a_word()
                meter.advance(1, f"{method}, {size} words")
    write_metrics(workspace.around.study_metrics("softmax"), {"operations_a_word": costs})
