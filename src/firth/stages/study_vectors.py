"""Stage ``study_vectors``: how good word vectors are after how much work, by one method."""

from typing import TYPE_CHECKING

from firth.measures.word_classes import Lexicon
from firth.params.study_names import Method
from firth.studies.learners import VectorSettings, learner
from firth.studies.quality import QualityCurve
from firth.tables import write_metrics, write_table
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.trainer import training_run
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.settings import Settings

EQUAL_QUALITY = 0.9  # nearest-neighbor accuracy at which the methods are compared


def run(settings: "Settings", workspace: Workspace, method: Method) -> None:
    """Train on the studies' text; report the quality of the vectors along the way, and what it had cost."""
    name, results = f"vectors-{method}", workspace.around
    tokens, classes = workspace.tokens("embeddings"), workspace.raw("embeddings") / "classes.tsv"
    vocabulary, stream = Vocabulary.load(tokens / "vocabulary.tsv"), TokenStream.load(tokens, "train")
    learning = learner(method, stream, vocabulary.counts, VectorSettings.of(settings))
    curve = QualityCurve(learning, vocabulary.tokens, Lexicon.load(classes))
    with training_run(f"study-{name}", settings, workspace, [tokens, classes]) as run:
        learning.train(run, curve)
        write_table(results.study_plot(name), curve.table())
        reached = curve.first_to_reach(EQUAL_QUALITY)
        metrics = {
            "operations_a_word": curve.operations_a_word,
            "nearest_neighbor_accuracy": curve.rows[-1]["nearest_neighbor_accuracy"],
            "equal_quality": {
                "nearest_neighbor_accuracy": EQUAL_QUALITY,
                "words": reached["words"] if reached else None,
                "operations": reached["operations"] if reached else None,
            },
        }
        write_metrics(results.study_metrics(name), metrics)
