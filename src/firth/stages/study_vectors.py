"""Stage ``study_vectors``: how good word vectors are after how much work, by one method."""

from typing import TYPE_CHECKING

from firth.params.studies import Method
from firth.report.metrics import write_metrics
from firth.studies.learners import learner
from firth.studies.quality import QualityCurve
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.trainer import train, training_run
from firth.vectors.evaluation.word_classes import Lexicon
from firth.workspace import Workspace, write_text

if TYPE_CHECKING:
    from firth.params.experiment import Params

EQUAL_QUALITY = 0.9  # class recovery at which the methods are compared


def run(params: "Params", workspace: Workspace, method: Method) -> None:
    """Train on the studies' world; report what the vectors were worth along the way, and what that had cost."""
    name, experiment = f"vectors-{method}", workspace.studies
    tokens, classes = experiment.tokens("embeddings"), experiment.raw("embeddings") / "classes.tsv"
    vocabulary, stream = Vocabulary.load(tokens / "vocabulary.tsv"), TokenStream.load(tokens, "train")
    learning = learner(method, stream, vocabulary.counts, params)
    curve = QualityCurve(learning, vocabulary.tokens, Lexicon.load(classes))
    settings = {"lm": params.lm_for("feedforward").model_dump(), "word2vec": params.word2vec.model_dump()}
    with training_run(f"study-{name}", params, workspace, settings, [tokens, classes]) as place:
        train(
            learning.model,
            learning.data,
            place,
            max_epochs=learning.epochs,
            patience=None,
            observers=[curve],
        )
        write_text(workspace.study_plot(name), curve.csv())
        reached = curve.first_to_reach(EQUAL_QUALITY)
        metrics = {
            "operations_a_word": curve.operations_a_word,
            "class_recovery": curve.rows[-1]["class_recovery"],
            "equal_quality": {
                "class_recovery": EQUAL_QUALITY,
                "words": reached["words"] if reached else None,
                "operations": reached["operations"] if reached else None,
            },
        }
        write_metrics(workspace.study_metrics(name), metrics)
