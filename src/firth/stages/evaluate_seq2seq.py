"""Stage ``evaluate_seq2seq``: decode the test texts with one encoder–decoder, and score its outputs."""

import json
from typing import TYPE_CHECKING

from firth.measures.output_evaluation import evaluate_outputs, main_output_numbers, output_lengths, output_reasons
from firth.measures.result_files import write_results
from firth.measures.scored_items import save_items
from firth.params.search_params import SearchParams
from firth.params.task_names import Attention, Task
from firth.seq2seq.encoder_decoder import load_for
from firth.seq2seq.pairs import Pairs, test_splits
from firth.seq2seq.search import decode_all
from firth.workspace import Workspace, require, write_text, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, task: Task, attention: Attention) -> None:
    """models/seq2seq-TASK-ATTENTION → outputs and scores in evaluations/evaluate_seq2seq-TASK-ATTENTION."""
    name, search = f"seq2seq-{task}-{attention}", settings.section("search", SearchParams)
    tokens, raw = require(workspace.tokens(task), f"tokenize@{task}"), workspace.raw(task)
    network = load_for(tokens, require(workspace.model(name), f"seq2seq@{task}-{attention}"))
    pairs = {split: Pairs.load(tokens, split) for split in test_splits(tokens)}
    decoded = {
        split: decode_all(network, found.source, network.configuration.settings, search, settings.precision)
        for split, found in pairs.items()
    }
    evaluation = evaluate_outputs(task, decoded, tokens, raw)
    tables = {**evaluation.tables, "output_lengths": output_lengths(decoded, pairs, search.max_length)}
    with writing(workspace.evaluation(settings.item)) as out:
        for split, outputs in evaluation.outputs.items():
            lines = (json.dumps(output, ensure_ascii=False) + "\n" for output in outputs)
            write_text(out / "outputs" / f"{split}.jsonl", "".join(lines))
        numbers, reasons = main_output_numbers(task, evaluation.tables), output_reasons(task, evaluation.tables)
        write_results(out, settings.item, tables, numbers, reasons)
        save_items(out, evaluation.items)
