"""Stage ``lm``: train one neural language model and test it."""

import json
import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.lm.agreement import accuracies, agreement_items
from firth.lm.data import TextData
from firth.lm.evaluation import (
    CONVENTION,
    dynamic_nats_per_token,
    lead_in,
    nats_per_token,
    score_next,
    score_stream,
)
from firth.lm.floor import against_floor, floor_perplexity
from firth.lm.missing import missing_nats, read_token_floor
from firth.lm.module import LanguageModel
from firth.lm.networks import initial_network
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

    vectors = workspace.model(settings.initial_embeddings) / "vectors.txt"
    initial, covered = initial_network(network, vocabulary.tokens, settings, params.seed, vectors)
    model = LanguageModel(initial, settings)
    metrics: dict[str, Any] = {"parameters": sum(weight.numel() for weight in model.parameters())}
    if covered is not None:
        metrics["initial_embeddings_covered"] = covered
    inputs = [tokens] if covered is None else [tokens, vectors]

    window_seed = derived_seed(params.seed, name, "windows") if settings.random_bptt else None
    data = TextData(texts["train"], texts["valid"], settings.batch_size, settings.bptt_length, window_seed)
    with training_run(name, params, workspace, {"lm": settings.model_dump()}, inputs) as place:
        history = train(model, data, place, max_epochs=settings.max_epochs, patience=settings.patience)
        metrics |= {"epochs": len(history.rows), "best_epoch": history.best_epoch}
        model.network.lead_in = lead_in(texts["train"])
        for split in ("valid", "test"):
            text = texts[split]
            metrics[split] = {"perplexity": math.exp(nats_per_token(model.network, text))}
            if corpus["world"]:
                source = raw / "log_probabilities" / f"{split}.npy"
                floor = floor_perplexity(np.load(source, allow_pickle=False), streams[split], str(source))
                metrics[split] |= against_floor(metrics[split]["perplexity"], floor)
                if split == "test" and floor is not None:
                    source = raw / "token_probabilities" / f"{split}.tsv"
                    known = read_token_floor(source, streams[split], vocabulary, params.tokens.lm.lowercase)
                    scores = score_stream(model.network, text, known.both_forms(text))
                    metrics[split]["missing_nats"] = missing_nats(known, scores)
            if settings.dynamic_evaluation:
                train_text, dynamic = texts["train"], settings.dynamic_evaluation
                nats = dynamic_nats_per_token(model.network, text, train_text, settings.batch_size, dynamic)
                metrics[split]["dynamic_perplexity"] = math.exp(nats)
        metrics["gradient_norm"] = model.gradient_norm_metrics()
        items = agreement_items(raw, corpus, vocabulary, params.tokens.lm.lowercase)
        if items:
            metrics["agreement"] = accuracies(items, partial(score_next, model.network))

        with writing(workspace.model(name)) as out:
            model.network.save(out, convention=CONVENTION)
        write_text(workspace.plot(name), history.curve())
        write_metrics(workspace.metrics(name), metrics)
