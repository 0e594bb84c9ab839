"""Stage ``lm``: train one neural language model and test it."""

import json
import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

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
from firth.training.trainer import train, training_run
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
        from gensim.models import KeyedVectors  # here, because it takes a second

        source = workspace.model(settings.initial_embeddings) / "vectors.txt"
        vectors = KeyedVectors.load_word2vec_format(str(require(source, settings.initial_embeddings)))
        covered = initialize_embeddings(model.network, vocabulary.tokens, vectors, str(source))
        metrics["initial_embeddings_covered"] = covered
        inputs.append(source)

    data = TextData(texts["train"], texts["valid"], settings.batch_size, settings.bptt_length)
    with training_run(name, params, workspace, {"lm": settings.model_dump()}, inputs) as place:
        history = train(
            model,
            data,
            place,
            max_epochs=settings.max_epochs,
            patience=settings.patience,
            gradient_clip_norm=settings.gradient_clip_norm,
        )
        metrics["epochs"] = len(history.rows)
        metrics["best_epoch"] = history.best_epoch
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
        write_text(workspace.plot(name), history.curve())
        write_metrics(workspace.metrics(name), metrics)
