"""Stage ``study_embeddings``: what an LSTM gains from word vectors that were learned on another text."""

import math
from typing import TYPE_CHECKING, Any

from firth.lm.evaluation import nats_per_token
from firth.lm.module import LanguageModel
from firth.lm.networks import initial_network
from firth.params.lm import Network
from firth.params.studies import InitialEmbeddings
from firth.report.metrics import write_metrics
from firth.studies.language_models import text_to_train
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.trainer import part_of, train, training_run
from firth.workspace import Workspace, write_text

if TYPE_CHECKING:
    from firth.params.experiment import Params

NETWORK: Network = "lstm"
SHARES = {"whole": 1.0, "tenth": 0.1}  # of the training text
COLUMNS = ("share", "epoch", "train_loss", "valid_perplexity")


def run(params: "Params", workspace: Workspace, initial: InitialEmbeddings) -> None:
    """Train the same network on all of the text and on its beginning; report perplexity after every epoch."""
    name, experiment = f"embeddings-{initial}", workspace.studies
    settings = params.lm_for(NETWORK).model_copy(update={"initial_embeddings": initial})
    tokens, vectors = experiment.tokens("lm"), experiment.model(initial) / "vectors.txt"
    vocabulary = Vocabulary.load(tokens / "vocabulary.tsv")
    texts = {split: TokenStream.load(tokens, split).with_sentence_ends() for split in ("train", "valid", "test")}
    metrics: dict[str, Any] = {}
    curves = [",".join(COLUMNS)]
    inputs = [tokens] if initial == "random" else [tokens, vectors]
    with training_run(f"study-{name}", params, workspace, {"lm": settings.model_dump()}, inputs) as place:
        for part, share in SHARES.items():
            text = texts["train"][: round(share * len(texts["train"]))]
            network, covered = initial_network(NETWORK, vocabulary.tokens, settings, params.seed, vectors)
            model = LanguageModel(network, settings)
            data = text_to_train(text, texts["valid"], settings, params.seed)
            place_of_part, epochs = part_of(place, part), settings.max_epochs
            history = train(model, data, place_of_part, max_epochs=epochs, patience=settings.patience)
            metrics["initial_embeddings_covered"] = covered
            metrics[part] = {"training_tokens": len(text), "best_epoch": history.best_epoch}
            for split in ("valid", "test"):
                metrics[part][split] = {"perplexity": math.exp(nats_per_token(model.network, texts[split]))}
            for row in history.rows:
                values = (share, row["epoch"], row["train_loss"], math.exp(row["valid_loss"]))
                curves.append(",".join(f"{value:.6g}" for value in values))
        write_text(workspace.study_plot(name), "\n".join(curves) + "\n")
        write_metrics(workspace.study_metrics(name), metrics)
