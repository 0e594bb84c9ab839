"""Stage ``gradients``: how far back in time the errors of a recurrent network reach, before training and after."""

from typing import TYPE_CHECKING

from firth.lm.networks import initial_network, load, network_params
from firth.lm.recurrent import Recurrent
from firth.measures.gradient_tables import gradient_reasons, gradient_tables, main_gradient_numbers
from firth.measures.gradient_terms import term_table
from firth.measures.result_files import write_results
from firth.params.cells import Cell
from firth.stored_files import check_vocabulary, damaged
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, network: Cell) -> None:
    """models/lm-NETWORK and validation text → norms, terms and Jacobians in evaluations/gradients-NETWORK."""
    tokens, params = require(workspace.tokens("lm"), "tokenize@lm"), settings.section("lm", network_params(network))
    vocabulary = Vocabulary.load(tokens / "vocabulary.tsv")
    vectors = workspace.vectors(params.initial_embeddings)
    before, _ = initial_network(network, vocabulary.tokens, params, settings.seed, vectors)
    after = load(folder := require(workspace.model(f"lm-{network}"), f"lm@{network}"))
    check_vocabulary(folder, after.vocabulary_size, len(vocabulary))
    if after.network != network:
        raise damaged(folder, f"holds the network {after.network}", f"lm@{network}")
    assert isinstance(before, Recurrent) and isinstance(after, Recurrent)
    networks, text = {"before": before, "after": after}, TokenStream.load(tokens, "valid")
    valid, terms = text.with_sentence_ends(), term_table(networks, text, vocabulary.tokens)
    reasons = gradient_reasons(valid)
    tables = {} if reasons else gradient_tables(networks, valid)
    numbers = main_gradient_numbers(tables) if tables else {}
    if terms is not None:
        tables["gradient_terms"] = terms
    with writing(workspace.evaluation(settings.item)) as out:
        write_results(out, settings.item, tables, numbers, reasons)
