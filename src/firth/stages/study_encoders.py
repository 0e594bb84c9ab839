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
COLUMNS = ("source_position", "norm_before", "norm_after")  # mean over output positions; before and after training


def run(params: "Params", workspace: Workspace, cell: Cell, reading: Reading) -> None:
    """Train one network; report BLEU by the length of the source, and how far gradients reach into it."""
    name, tokens = f"encoders-{cell}-{reading}", workspace.studies.tokens("translation")
    attention: Attention = ATTENTION if reading == "attention" else "none"
    changes: dict[str, Any] = {"cell": cell, "reverse_source": reading == "reversed", "bidirectional": False}
    settings = params.seq2seq_for("translation", attention).model_copy(update=changes)
    described = {"attention": attention, "seq2seq": settings.model_dump()}
    with training_run(f"study-{name}", params, workspace, described, [tokens]) as place:
        network, pairs = begun(workspace.studies, settings, attention, params.seed), Pairs.load(tokens, TEST)
        before = mean_gradient_norms(network.eval(), pairs)
        train_on(network.train(), Pairs.load(tokens, "train"), Pairs.load(tokens, "valid"), place)
        scores = worth(network, tokens, params.precision)
        after = mean_gradient_norms(network.cpu().eval(), pairs)
        norms = zip(before.mean(axis=0), after.mean(axis=0), strict=True)
        rows = [f"{position},{first:.4g},{then:.4g}" for position, (first, then) in enumerate(norms, start=1)]
        write_text(workspace.study_plot(name), "\n".join([",".join(COLUMNS), *rows]) + "\n")
        gradients = {"source_length": after.shape[1], "before": reach(before), "after": reach(after)}
        write_metrics(workspace.study_metrics(name), {**scores, **gradients})
