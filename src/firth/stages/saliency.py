"""Stage ``saliency``: what the outputs of an encoder–decoder owe to each word of the source.

Gradient norms over the positions of test sources of one length, and for the example sentences of params.yaml gradient
norms, attention weights, and the most probable words at each step; see ``measures.source_gradients`` and
``measures.example_outputs``.
"""

from typing import TYPE_CHECKING

import pandas as pd

from firth.measures.example_outputs import decoding_steps, example_outputs
from firth.measures.result_files import write_results
from firth.measures.source_gradients import (
    gradient_distribution,
    mean_gradient_norms,
    position_table,
    sentence_table,
    source_length,
)
from firth.params.search_params import SearchParams
from firth.params.task_names import Attention, Task
from firth.seq2seq.encoder_decoder import load_for
from firth.seq2seq.pairs import Pairs, test_splits
from firth.seq2seq.search import decode_all
from firth.text.sides import decoder, encoder, readable_tokens
from firth.text.streams import from_sentences
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings

SHARE = "first_half_share"


def run(settings: "Settings", workspace: Workspace, task: Task, attention: Attention) -> None:
    """models/seq2seq-TASK-ATTENTION → tables in evaluations/saliency-TASK-ATTENTION."""
    tokens, search = require(workspace.tokens(task), f"tokenize@{task}"), settings.section("search", SearchParams)
    network = load_for(tokens, require(workspace.model(f"seq2seq-{task}-{attention}"), f"seq2seq@{task}-{attention}"))
    tables: dict[str, pd.DataFrame] = {}
    numbers: dict[str, float | None] = {}
    pairs = Pairs.load(tokens, test_splits(tokens)[0])
    if length := source_length(pairs):
        norms = mean_gradient_norms(network, pairs, length)
        summary = {"source_length": length, **gradient_distribution(norms)}
        tables |= {"saliency": position_table(norms), "saliency_summary": pd.DataFrame([summary])}
        numbers = {SHARE: summary[SHARE]}
    encode, sentences = encoder(tokens, "source"), settings.section("sentences", list[str])
    sources = [encode(sentence)[0] for sentence in sentences]
    decode_settings = network.configuration.settings
    outputs = decode_all(network, from_sentences(sources), decode_settings, search, settings.precision)
    vocabularies = readable_tokens(tokens, "source"), readable_tokens(tokens, "target")
    tables |= {
        "example_sentences": sentence_table(network, sources, outputs, *vocabularies),
        "example_outputs": example_outputs(network, sentences, outputs, encode, decoder(tokens, "target")),
        "decoding_steps": decoding_steps(network, sources, outputs, vocabularies[1], search.max_length),
    }
    reasons = {} if length else {SHARE: "no source of the test text has an even number of tokens"}
    with writing(workspace.evaluation(settings.item)) as out:
        write_results(out, settings.item, tables, numbers, reasons)
