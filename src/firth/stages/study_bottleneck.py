"""Stage ``study_bottleneck``: how much of a sentence goes through one vector, by its size."""

from typing import TYPE_CHECKING, Any

from firth.report.metrics import write_metrics
from firth.seq2seq.data import Pairs
from firth.studies.encoder_decoders import begun, train_on, worth
from firth.training.trainer import part_of, training_run
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.experiment import Params

SIZES = (16, 32, 64, 128, 256, 512)


def run(params: "Params", workspace: Workspace) -> None:
    """Train a network without attention for each size of the vector; report BLEU by the length of the source."""
    tokens = workspace.studies.tokens("translation")
    settings = params.seq2seq_for("translation", "none")
    train, valid = Pairs.load(tokens, "train"), Pairs.load(tokens, "valid")
    metrics: dict[str, Any] = {}
    with training_run("study-bottleneck", params, workspace, {"seq2seq": settings.model_dump()}, [tokens]) as place:
        for size in SIZES:
            sized = settings.model_copy(update={"hidden_size": size})
            network = begun(workspace.studies, sized, "none", params.seed)
            train_on(network, train, valid, part_of(place, f"size-{size}"))
            metrics[f"hidden_size_{size}"] = worth(network, tokens, params.precision)
        write_metrics(workspace.study_metrics("bottleneck"), {"by_hidden_size": metrics})
