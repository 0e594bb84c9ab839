"""Stage ``study_encoders``: translation by each cell, its source read forwards, in reverse, or with attention."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from firth.errors import FirthError
from firth.measures.source_gradients import gradient_distribution, mean_gradient_norms, source_length
from firth.params.cells import Cell
from firth.params.search_params import SearchParams
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.study_names import Reading
from firth.params.task_names import Attention
from firth.seq2seq.pairs import Pairs
from firth.studies.encoder_decoders import TEST, initial_translator, score, train_translator
from firth.tables import write_metrics, write_table
from firth.training.trainer import training_run
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, cell: Cell, reading: Reading) -> None:
    """Train one network; report BLEU by source length, and how far gradients reach into the source."""
    name, tokens, results = f"encoders-{cell}-{reading}", workspace.tokens("translation"), workspace.around
    attention: Attention = "additive" if reading == "attention" else "none"
    changes: dict[str, Any] = {"cell": cell, "reverse_source": reading == "reversed", "bidirectional": False}
    params = settings.section("seq2seq", Seq2seqParams).model_copy(update=changes)
    search = settings.section("search", SearchParams)
    with training_run(f"study-{name}", settings, workspace, [tokens]) as run:
        network = initial_translator(workspace, params, attention, settings.seed)
        pairs = Pairs.load(tokens, TEST)
        length = source_length(pairs)
        if length is None:
            raise FirthError("study_encoders: no test source has an even number of tokens; give the corpus more text")
        before = mean_gradient_norms(network.eval(), pairs, length)  # (output positions, source positions)
        train_translator(network.train(), Pairs.load(tokens, "train"), Pairs.load(tokens, "valid"), run)
        scores = score(network, tokens, search, settings.precision)
        after = mean_gradient_norms(network.cpu().eval(), pairs, length)
        norms = {"norm_before": before.mean(axis=0), "norm_after": after.mean(axis=0)}
        positions = range(1, length + 1)
        write_table(results.study_plot(name), pd.DataFrame({"source_position": positions, **norms}))
        gradients = {
            "source_length": length,
            "before": gradient_distribution(before),
            "after": gradient_distribution(after),
        }
        write_metrics(results.study_metrics(name), {**scores, **gradients})
