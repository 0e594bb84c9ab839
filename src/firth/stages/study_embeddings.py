"""Stage ``study_embeddings``: what an LSTM gains from word vectors that were learned on another text."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from firth.lm.language_training import LanguageModelTraining
from firth.lm.network_scorer import NetworkScorer
from firth.lm.networks import initial_network
from firth.measures.perplexity import perplexity
from firth.params.initial_embeddings import InitialEmbeddings
from firth.params.lm_params import RecurrentParams
from firth.studies.shared_windows import shared_windows
from firth.tables import write_metrics, write_table
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.trainer import part_of, train, training_run
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, initial: InitialEmbeddings) -> None:
    """Train the same network on shares of the training text; report perplexity after every epoch."""
    name, results = f"embeddings-{initial}", workspace.around
    params = settings.section("lm", RecurrentParams).model_copy(update={"initial_embeddings": initial})
    tokens, vectors = workspace.tokens("lm"), workspace.vectors(initial)
    vocabulary = Vocabulary.load(tokens / "vocabulary.tsv")
    texts = {split: TokenStream.load(tokens, split).with_sentence_ends() for split in ("train", "valid", "test")}
    metrics: dict[str, Any] = {}
    curves: list[pd.DataFrame] = []
    inputs = [tokens] if initial == "random" else [tokens, vectors]
    with training_run(f"study-{name}", settings, workspace, inputs) as run:
        for share in settings.section("shares", list[float]):
            text = texts["train"][: round(share * len(texts["train"]))]
            network, covered = initial_network("lstm", vocabulary.tokens, params, settings.seed, vectors)
            model = LanguageModelTraining(network, params)
            data, part = shared_windows(text, texts["valid"], params, settings.seed), f"share_{share:g}"
            history = train(
                model,
                data,
                part_of(run, part),
                max_epochs=params.max_epochs,
                patience=params.patience,
                gradient_clip_norm=params.gradient_clip_norm,
            )
            metrics["initial_embeddings_covered"] = covered
            metrics[part] = {"training_tokens": len(text), "best_epoch": history.best_epoch}
            for split in ("valid", "test"):
                metrics[part][split] = {"perplexity": perplexity(NetworkScorer(model.network), texts[split])}
            curves.append(history.curve().assign(share=share)[["share", "epoch", "train_loss", "valid_perplexity"]])
        write_table(results.study_plot(name), pd.concat(curves))
        write_metrics(results.study_metrics(name), metrics)
