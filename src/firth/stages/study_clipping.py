"""Stage ``study_clipping``: the learning rates at which an Elman network can be trained, with clipping or not."""

from typing import TYPE_CHECKING

import pandas as pd
import torch

from firth.derived_seed import derived_seed
from firth.lm.language_training import LanguageModelTraining
from firth.lm.networks import build
from firth.params.lm_params import RecurrentParams
from firth.params.study_names import Clipping
from firth.studies.clipping import NO_CLIPPING, outcome, train_until_divergence
from firth.studies.shared_windows import shared_windows
from firth.tables import write_metrics, write_table
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.trainer import part_of, training_run
from firth.workspace import Workspace

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, clipping: Clipping) -> None:
    """Train the same network once at every learning rate; report the outcome, and the loss on the way."""
    name, params, results = f"clipping-{clipping}", settings.section("lm", RecurrentParams), workspace.around
    limit, tokens = params.gradient_clip_norm if clipping == "clipped" else None, workspace.tokens("lm")
    vocabulary_size = len(Vocabulary.load(tokens / "vocabulary.tsv"))
    train, valid = (TokenStream.load(tokens, split).with_sentence_ends() for split in ("train", "valid"))
    outcomes, curves = {}, []
    with training_run(f"study-{name}", settings, workspace, [tokens]) as run:
        for rate in (multiple * params.learning_rate for multiple in settings.section("multiples", list[float])):
            tried = params.model_copy(update={"learning_rate": rate, "gradient_clip_norm": limit or NO_CLIPPING})
            torch.manual_seed(derived_seed(settings.seed, "study", "clipping", "weights"))
            model = LanguageModelTraining(build("rnn", vocabulary_size, tried), tried)
            data = shared_windows(train, valid, tried, settings.seed)
            curve = train_until_divergence(model, data, part_of(run, f"{rate:g}"))
            outcomes[f"{rate:g}"] = outcome(curve, model, valid)
            curves.append(curve.table(rate))
        write_table(results.study_plot(name), pd.concat(curves))
        write_metrics(results.study_metrics(name), {"gradient_clip_norm": limit, "by_learning_rate": outcomes})
