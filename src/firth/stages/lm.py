"""Stage ``lm``: train one recurrent language model and test it."""

import json
import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from gensim.models import KeyedVectors

from firth.lm.agreement import accuracies, read_items
from firth.lm.data import TextData
from firth.lm.floor import against_floor, floor_perplexity
from firth.lm.module import CONVENTION, LanguageModel, nats_per_token, score_next
from firth.lm.networks import build, initialize_embeddings
from firth.params.lm import Network
from firth.report.metrics import write_metrics
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.training.reproducibility import derived_seed
from firth.training.resume import checkpoint_folder, fingerprint
from firth.training.trainer import Run, train
from firth.workspace import Workspace, require, write_text, writing

if TYPE_CHECKING:
    from firth.params.experiment import Params


def run(params: "Params", workspace: Workspace, network: Network) -> None:
    """Train until validation stops improving; report the best weights' validation and test perplexity."""
    name, settings = f"lm-{network}", params.lm_for(network)
    raw, tokens = require(workspace.raw("lm"), "download@lm"), require(workspace.tokens("lm"), "tokenize@lm")
    corpus = json.loads((raw / "corpus.json").read_text(encoding="utf-8"))
    vocabulary = Vocabulary.load(tokens / "vocabulary.tsv")
    streams = {split: TokenStream.load(tokens, split) for split in ("train", "valid", "test")}
    texts = {split: stream.with_sentence_ends() for split, stream in streams.items()}

    torch.manual_seed(derived_seed(params.seed, name, "weights"))
    model = LanguageModel(build(network, len(vocabulary), settings), settings)
    metrics: dict[str, Any] = {"parameters": sum(weight.numel() for weight in model.parameters())}
    inputs = [tokens]
    if settings.initial_embeddings != "random":
        source = workspace.model(settings.initial_embeddings) / "vectors.txt"
        vectors = KeyedVectors.load_word2vec_format(str(require(source, settings.initial_embeddings)))
        covered = initialize_embeddings(model.network, vocabulary.tokens, vectors, str(source))
        metrics["initial_embeddings_covered"] = covered
        inputs.append(source)

    data = TextData(texts["train"], texts["valid"], settings.batch_size, settings.bptt_length)
    identity = {"seed": params.seed, "threads": params.threads, "precision": params.precision}
    mark = fingerprint({**identity, "lm": settings.model_dump()}, inputs)
    with checkpoint_folder(workspace.checkpoints(name), mark) as checkpoints:
        history = train(
            model,
            data,
            Run(name, checkpoints, workspace.logs(name), params.seed, params.precision, params.compute),
            max_epochs=settings.max_epochs,
            patience=settings.patience,
            gradient_clip_norm=settings.gradient_clip_norm,
        )

    metrics["epochs"] = len(history.rows)
    metrics["best_epoch"] = int(min(history.rows, key=lambda row: row["valid_loss"])["epoch"])
    for split in ("valid", "test"):
        perplexity = math.exp(nats_per_token(model.network, texts[split]))
        metrics[split] = {"perplexity": perplexity}
        if corpus["world"]:
            source = raw / "log_probabilities" / f"{split}.npy"
            floor = floor_perplexity(np.load(source, allow_pickle=False), streams[split], str(source))
            metrics[split] |= against_floor(perplexity, floor)
    if corpus["world"]:
        items = read_items(raw / "agreement.tsv", vocabulary, params.tokens.lm.lowercase, corpus["tokenized"])
        metrics["agreement"] = accuracies(items, partial(score_next, model.network))

    with writing(workspace.model(name)) as out:
        model.network.save(out, convention=CONVENTION)
    write_text(workspace.plot(name), _curve(history.rows))
    write_metrics(workspace.metrics(name), metrics)


def _curve(rows: list[dict[str, float]]) -> str:
    """The learning curve as CSV, six significant digits a number."""
    lines = ["epoch,train_loss,valid_loss,valid_perplexity"]
    for row in rows:
        values = (row["train_loss"], row["valid_loss"], math.exp(row["valid_loss"]))
        lines.append(",".join([str(int(row["epoch"])), *(f"{value:.6g}" for value in values)]))
    return "\n".join(lines) + "\n"
