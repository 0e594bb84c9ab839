"""Stage ``seq2seq``: train one encoder–decoder on translation or question answering."""

import math
from typing import TYPE_CHECKING

import torch

from firth.derived_seed import derived_seed
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention, Task
from firth.seq2seq.encoder_decoder import Configuration, initial_network, save
from firth.seq2seq.pairs import Pairs
from firth.seq2seq.seq2seq_training import Seq2seqData, Seq2seqModule
from firth.tables import write_metrics, write_table
from firth.text.sides import vocabulary_sizes
from firth.training.trainer import train, training_run
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.settings import Settings


def run(settings: "Settings", workspace: Workspace, task: Task, attention: Attention) -> None:
    """Train until validation stops improving; data/tokens/TASK → models/seq2seq-TASK-ATTENTION, the best weights."""
    name, params = f"seq2seq-{task}-{attention}", settings.section("seq2seq", Seq2seqParams)
    tokens, vectors = require(workspace.tokens(task), f"tokenize@{task}"), workspace.vectors(params.initial_embeddings)
    torch.manual_seed(derived_seed(settings.seed, name, "weights"))
    configuration = Configuration(attention, *vocabulary_sizes(tokens), params)
    network, covered = initial_network(configuration, task, tokens, vectors)
    data = Seq2seqData(Pairs.load(tokens, "train"), Pairs.load(tokens, "valid"), params, settings.seed)
    model = Seq2seqModule(network, params, params.max_epochs * data.steps_per_epoch)
    inputs = [tokens] if params.initial_embeddings == "random" else [tokens, vectors]
    with training_run(name, settings, workspace, inputs) as run:
        clip, epochs = params.gradient_clip_norm, params.max_epochs
        history = train(model, data, run, max_epochs=epochs, patience=params.patience, gradient_clip_norm=clip)
        metrics = {
            "parameters": sum(weight.numel() for weight in network.parameters()),
            "best_epoch": history.best_epoch,
            "valid_perplexity": math.exp(history.best_loss),
            **{f"initial_embeddings_covered_{side}": share for side, share in covered.items()},
        }
        with writing(workspace.model(name)) as out:
            save(network, out)
            write_table(out / "curve.csv", history.curve())
            write_metrics(out / "metrics.json", metrics)
