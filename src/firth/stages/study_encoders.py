"""Stage ``study_encoders``: translation by each cell, with its source read forwards, backwards or looked back at."""

from typing import TYPE_CHECKING, Any

from firth.params.seq2seq import Attention, Cell
from firth.params.studies import Reading
from firth.report.metrics import write_metrics
from firth.seq2seq.alignment import mean_gradient_norms, reach
from firth.seq2seq.data import Pairs
from firth.studies.encoder_decoders import TEST, begun, train_on, worth
from firth.training.trainer import training_run
from firth.workspace import Workspace, write_text

if TYPE_CHECKING:
    from firth.params.experiment import Params

ATTENTION: Attention = "additive"


def run(params: "Params", workspace: Workspace, cell: Cell, reading: Reading) -> None:
    """Train one network; report BLEU by the length of the source, and how far gradients reach into it."""
    name, tokens = f"encoders-{cell}-{reading}", workspace.studies.tokens("translation")
    attention: Attention = ATTENTION if reading == "attention" else "none"
    changes: dict[str, Any] = {"cell": cell, "reverse_source": reading == "reversed", "bidirectional": False}
    settings = params.seq2seq_for("translation", attention).model_copy(update=changes)
    described = {"attention": attention, "seq2seq": settings.model_dump()}
    with training_run(f"study-{name}", params, workspace, described, [tokens]) as place:
        network = begun(workspace.studies, settings, attention, params.seed)
        train_on(network, Pairs.load(tokens, "train"), Pairs.load(tokens, "valid"), place)
        norms = mean_gradient_norms(network, Pairs.load(tokens, TEST))
        rows = [f"{position},{norm:.4g}" for position, norm in enumerate(norms.mean(axis=0), start=1)]
        write_text(workspace.study_plot(name), "\n".join(["source_position,gradient_norm", *rows]) + "\n")
        write_metrics(workspace.study_metrics(name), {**worth(network, tokens, params.precision), **reach(norms)})
