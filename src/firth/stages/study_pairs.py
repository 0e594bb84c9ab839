"""Stage ``study_pairs``: what a translator gains from word vectors of another text, by the number of pairs."""

from typing import TYPE_CHECKING, Any

from firth.params.initial_embeddings import InitialEmbeddings
from firth.params.search_params import SearchParams
from firth.params.seq2seq_params import Seq2seqParams
from firth.seq2seq.pairs import Pairs
from firth.studies.encoder_decoders import initial_translator, score, train_translator
from firth.tables import write_metrics
from firth.training.trainer import part_of, training_run
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.settings import Settings

MOST_EPOCHS = 40


def run(settings: "Settings", workspace: Workspace, initial: InitialEmbeddings) -> None:
    """Train on growing percentages of the pairs, fewer pairs for more epochs; report BLEU.

    Embeddings are as long as the word vectors, random ones too.
    """
    name, tokens = f"pairs-{initial}", workspace.tokens("translation")
    changes = {"initial_embeddings": initial, "embedding_size": settings.section("dimension", int)}
    params = settings.section("seq2seq", Seq2seqParams).model_copy(update=changes)
    train, valid = Pairs.load(tokens, "train"), Pairs.load(tokens, "valid")
    inputs = [tokens] if initial == "random" else [tokens, workspace.vectors(initial)]
    metrics: dict[str, Any] = {}
    with training_run(f"study-{name}", settings, workspace, inputs) as run:
        for percent in settings.section("percent", list[float]):
            pairs = train.first(round(len(train) * percent / 100))
            epochs = min(round(params.max_epochs * 100 / percent), MOST_EPOCHS)
            sized = params.model_copy(update={"max_epochs": epochs})
            network = initial_translator(workspace, sized, "additive", settings.seed)
            train_translator(network, pairs, valid, part_of(run, f"percent-{percent:g}"))
            bleu = score(network, tokens, settings.section("search", SearchParams), settings.precision)["bleu"]
            metrics[f"percent_{percent:g}"] = {"pairs": len(pairs), "bleu": bleu}
        write_metrics(workspace.around.study_metrics(name), metrics)
