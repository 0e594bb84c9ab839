"""Stage ``saliency``: what the outputs of an encoder–decoder owe to each word of the source.

Gradient norms over the positions of test sources of one length, and gradient norms and attention weights for the
example sentences of params.yaml; see ``measures.source_gradients``.
"""

from typing import TYPE_CHECKING

import pandas as pd

from firth.measures.source_gradients import gradient_distribution, mean_gradient_norms, position_table, sentence_table
from firth.params.seq2seq_params import Attention, SearchParams, Task
from firth.seq2seq.encoder_decoder import load
from firth.seq2seq.pairs import Pairs, test_splits
from firth.seq2seq.search import decode_all
from firth.tables import write_metrics, write_table
from firth.text.sides import encoder, readable_tokens
from firth.text.streams import from_sentences
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, task: Task, attention: Attention) -> None:
    """models/seq2seq-TASK-ATTENTION → tables in evaluations/saliency-TASK-ATTENTION."""
    tokens, search = require(workspace.tokens(task), f"tokenize@{task}"), settings.section("search", SearchParams)
    network = load(require(workspace.model(f"seq2seq-{task}-{attention}"), f"seq2seq@{task}-{attention}"))
    norms = mean_gradient_norms(network, Pairs.load(tokens, test_splits(tokens)[0]))
    summary = {"source_length": norms.shape[1], **gradient_distribution(norms)}
    encode = encoder(tokens, "source")
    sources = [encode(sentence)[0] for sentence in settings.section("sentences", list[str])]
    decode_settings = network.configuration.settings
    outputs = (
        decode_all(network, from_sentences(sources), decode_settings, search, settings.precision) if sources else []
    )
    vocabularies = readable_tokens(tokens, "source"), readable_tokens(tokens, "target")
    tables = {
        "saliency": position_table(norms),
        "saliency_summary": pd.DataFrame([summary]),
        "example_sentences": sentence_table(network, sources, outputs, *vocabularies),
    }
    with writing(workspace.evaluation(settings.item)) as out:
        for name, table in tables.items():
            write_table(out / f"{name}.csv", table)
        write_metrics(out / "metrics.json", {"first_half_share": summary["first_half_share"]})
