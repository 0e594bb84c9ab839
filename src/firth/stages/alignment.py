"""Stage ``alignment@TASK-ATTENTION``: what the outputs of an encoder–decoder owe to each word of the source.

Measured on test pairs with long sources, all of one length: the norm of the gradient of each output word's loss by
each source word's embedding. Metrics: the mean over output positions of

- ``gradient_norm`` at the first and the last source position;
- ``first_half_share``: the part of the sum over source positions that falls on the first half; 0.5 if all are alike.

For the sentences of the params: the model's own output, and the same gradients and the attention for it.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.report.metrics import write_metrics
from firth.seq2seq.alignment import attention_weights, gradient_norms, mean_gradient_norms, reach
from firth.seq2seq.data import Pairs, test_splits
from firth.seq2seq.search import decode_all
from firth.stages.sequence_models import Text, open_network
from firth.text.streams import from_sentences
from firth.text.vocabulary import EOS
from firth.workspace import Workspace, write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firth.params.experiment import Params
    from firth.params.seq2seq import Attention, Task
    from firth.seq2seq.networks import EncoderDecoder

POSITIONS = ["output_position", "source_position", "gradient_norm"]
WATCHED = ["sentence", "output_position", "output", "source_position", "source", "gradient_norm", "attention"]


def run(params: Params, workspace: Workspace, task: Task, attention: Attention) -> None:
    """Measure one trained model, and write its metrics and two tables."""
    name = f"alignment-{task}-{attention}"
    network, text = open_network(params, workspace, task, attention)
    tokens = workspace.tokens(task)
    norms = mean_gradient_norms(network, Pairs.load(tokens, test_splits(tokens)[0]))
    metrics = {"source_length": norms.shape[1], **reach(norms)}
    cells = ((row + 1, column + 1, f"{norms[row, column]:.4g}") for row, column in np.ndindex(norms.shape))
    write_text(workspace.plot(name), _table(POSITIONS, cells))
    sentences = getattr(params.alignment, task)
    write_text(
        workspace.plot(f"{name}-sentences"), _table(WATCHED, _watched(network, text, sentences, params.precision))
    )
    write_metrics(workspace.metrics(name), metrics)


def _watched(network: EncoderDecoder, text: Text, sentences: list[str], precision: str) -> Iterator[Iterable[Any]]:
    """For each sentence, a row for each source position at each output position, from 1."""
    sources = [text.read(sentence)[0] for sentence in sentences]
    settings = network.configuration.settings
    outputs = decode_all(network, from_sentences(sources), settings, precision) if sources else []
    for number, (source, output) in enumerate(zip(sources, outputs, strict=True), start=1):
        batch = Pairs(from_sentences([source]), from_sentences([output])).batch(np.array([0]))
        norms, weights = gradient_norms(network, batch)[..., 0], attention_weights(network, batch)
        written = [*(text.target[token] for token in output), EOS]
        for row, column in np.ndindex(len(written), len(source)):
            weight = "" if weights is None else f"{float(weights[row, column, 0]):.4f}"
            norm = f"{float(norms[row, column]):.4g}"
            yield number, row + 1, written[row], column + 1, text.source[source[column]], norm, weight


def _table(columns: list[str], rows: Iterable[Iterable[Any]]) -> str:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return table.getvalue()
