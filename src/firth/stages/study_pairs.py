"""Stage ``study_pairs``: what a translator gains from word vectors of another text, by how many pairs it has."""

from typing import TYPE_CHECKING, Any

from firth.params.seq2seq import Attention
from firth.params.studies import InitialEmbeddings
from firth.report.metrics import write_metrics
from firth.seq2seq.data import Pairs
from firth.studies.encoder_decoders import begun, train_on, worth
from firth.training.trainer import part_of, training_run
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.experiment import Params

ATTENTION: Attention = "additive"
PERCENT = (1, 2, 5, 10, 100)  # of the training pairs
MOST_EPOCHS = 40


def run(params: "Params", workspace: Workspace, initial: InitialEmbeddings) -> None:
    """Train on more and more of the pairs; report BLEU. Of fewer pairs, more epochs: as many steps, if they are of use.

    Embeddings are as long as the word vectors, random ones too.
    """
    name, experiment = f"pairs-{initial}", workspace.studies
    tokens = experiment.tokens("translation")
    changes = {"initial_embeddings": initial, "embedding_size": params.word2vec.dimension}
    settings = params.seq2seq_for("translation", ATTENTION).model_copy(update=changes)
    train, valid = Pairs.load(tokens, "train"), Pairs.load(tokens, "valid")
    inputs = [tokens] if initial == "random" else [tokens, experiment.model(initial) / "vectors.txt"]
    metrics: dict[str, Any] = {}
    with training_run(f"study-{name}", params, workspace, {"seq2seq": settings.model_dump()}, inputs) as place:
        for percent in PERCENT:
            pairs = train.first(round(len(train) * percent / 100))
            epochs = min(round(settings.max_epochs * 100 / percent), MOST_EPOCHS)
            network = begun(experiment, settings.model_copy(update={"max_epochs": epochs}), ATTENTION, params.seed)
            train_on(network, pairs, valid, part_of(place, f"percent-{percent}"))
            metrics[f"percent_{percent}"] = {
                "pairs": len(pairs),
                "bleu": worth(network, tokens, params.precision)["bleu"],
            }
        write_metrics(workspace.study_metrics(name), metrics)
