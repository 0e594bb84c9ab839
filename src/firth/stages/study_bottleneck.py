"""Stage ``study_bottleneck``: how much of a sentence goes through one vector, by its size."""

from typing import TYPE_CHECKING, Any

from firth.params.search_params import SearchParams
from firth.params.seq2seq_params import Seq2seqParams
from firth.seq2seq.pairs import Pairs
from firth.studies.encoder_decoders import initial_translator, score, train_translator
from firth.tables import write_metrics
from firth.training.trainer import part_of, training_run
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace) -> None:
    """Train a network without attention for each size of the vector; report BLEU by source length."""
    tokens, params = workspace.tokens("translation"), settings.section("seq2seq", Seq2seqParams)
    train, valid = Pairs.load(tokens, "train"), Pairs.load(tokens, "valid")
    metrics: dict[str, Any] = {}
    with training_run("study-bottleneck", settings, workspace, [tokens]) as run:
        for size in settings.section("sizes", list[int]):
            sized = params.model_copy(update={"hidden_size": size})
            network = initial_translator(workspace, sized, "none", settings.seed)
            train_translator(network, train, valid, part_of(run, f"size-{size}"))
            search = settings.section("search", SearchParams)
            metrics[f"hidden_size_{size}"] = score(network, tokens, search, settings.precision)
        write_metrics(workspace.around.study_metrics("bottleneck"), {"by_hidden_size": metrics})
