"""Stage ``evaluate_lm``: perplexity, agreement and excess cross-entropy of one language model."""

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from firth.measures.language_evaluation import HeldOutText, LanguageEvaluation, evaluate, main_numbers
from firth.measures.language_reasons import language_reasons
from firth.measures.result_files import write_results
from firth.measures.scored_items import save_items
from firth.measures.training_comparison import warning_of_state
from firth.params.dynamic_evaluation_params import DynamicEvaluation
from firth.stored_files import check_vocabulary
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from pathlib import Path

    from firth.params.model_names import LanguageModelName
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, model: "LanguageModelName") -> None:
    """models/lm-MODEL and the validation and test texts → tables in evaluations/evaluate_lm-MODEL."""
    raw, tokens = require(workspace.raw("lm"), "download@lm"), require(workspace.tokens("lm"), "tokenize@lm")
    text = HeldOutText.load(raw, tokens, settings.section("world_depth", int | None))
    folder = require(workspace.model(f"lm-{model}"), "ngram" if model == "ngram" else f"lm@{model}")
    evaluation = _evaluation(settings, folder, text, model)
    is_learning = model != "ngram" and settings.section("dynamic_evaluation", DynamicEvaluation | None) is not None
    numbers, reasons = main_numbers(evaluation.tables), language_reasons(evaluation.tables, text, is_learning)
    with writing(workspace.evaluation(settings.item)) as out:
        write_results(out, settings.item, evaluation.tables, numbers, reasons)
        save_items(out, evaluation.items)
    if model != "ngram" and (warning := warning_of_state(numbers, folder)):
        print(f"{settings.item}: {warning}", file=sys.stderr)


def _evaluation(settings: "Settings", folder: "Path", text: HeldOutText, model: str) -> LanguageEvaluation:
    match model:
        case "ngram":
            from firth.measures.ngram_orders import ngram_orders
            from firth.ngram.kneser_ney import KneserNey
            from firth.ngram.ngram_scorer import NgramScorer

            ngram = KneserNey.load(folder)
            check_vocabulary(folder, ngram.vocabulary_size, len(text.vocabulary))
            found = evaluate(partial(NgramScorer, ngram), text, ngram.order - 1)
            return replace(found, tables=found.tables | ngram_orders(text, settings.section("largest_order", int)))
        case _:
            from firth.lm.network_scorer import NetworkScorer, receptive_field
            from firth.lm.networks import load
            from firth.measures.dynamic_evaluation import DynamicScorer

            network = load(folder)
            check_vocabulary(folder, network.vocabulary_size, len(text.vocabulary))
            dynamic = settings.section("dynamic_evaluation", DynamicEvaluation | None)
            columns, window = network.params.batch_size, receptive_field(network.params)
            learning = partial(DynamicScorer, network, text.train, columns, dynamic) if dynamic else None
            return evaluate(partial(NetworkScorer, network), text, window, learning)
