"""Stage ``study_clipping``: at which learning rates an Elman network can be trained, its gradients clipped or not."""

from typing import TYPE_CHECKING

import torch

from firth.lm.module import LanguageModel
from firth.lm.networks import build
from firth.params.lm import Network
from firth.params.studies import Clipping
from firth.report.metrics import write_metrics
from firth.studies.clipping import COLUMNS, NO_CLIPPING, outcome, train_until_divergence
from firth.studies.language_models import text_to_train
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.reproducibility import derived_seed
from firth.training.trainer import part_of, training_run
from firth.workspace import Workspace, write_text

if TYPE_CHECKING:
    from firth.params.experiment import Params

NETWORK: Network = "rnn"
MULTIPLES = (0.25, 0.5, 1, 2, 4, 8)  # of the network's learning rate


def run(params: "Params", workspace: Workspace, clipping: Clipping) -> None:
    """Train the same network once at every learning rate; report what came of it, and the loss on the way."""
    name, settings = f"clipping-{clipping}", params.lm_for(NETWORK)
    limit = settings.gradient_clip_norm if clipping == "clipped" else None
    tokens = workspace.studies.tokens("lm")
    vocabulary_size = len(Vocabulary.load(tokens / "vocabulary.tsv"))
    train, valid = (TokenStream.load(tokens, split).with_sentence_ends() for split in ("train", "valid"))
    results, curves = {}, [",".join(COLUMNS)]
    with training_run(f"study-{name}", params, workspace, {"lm": settings.model_dump()}, [tokens]) as place:
        for rate in (multiple * settings.learning_rate for multiple in MULTIPLES):
            tried = settings.model_copy(update={"learning_rate": rate, "gradient_clip_norm": limit or NO_CLIPPING})
            torch.manual_seed(derived_seed(params.seed, "study", "clipping", "weights"))
            model = LanguageModel(build(NETWORK, vocabulary_size, tried), tried)
            data = text_to_train(train, valid, tried, params.seed)
            curve = train_until_divergence(model, data, part_of(place, f"{rate:g}"))
            results[f"{rate:g}"] = outcome(curve, model, valid)
            curves += curve.rows(rate)
        write_text(workspace.study_plot(name), "\n".join(curves) + "\n")
        metrics = {"gradient_clip_norm": limit, "by_learning_rate": results}
        write_metrics(workspace.study_metrics(name), metrics)
