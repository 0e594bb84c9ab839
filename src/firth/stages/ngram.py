"""Stage ``ngram``: estimate the count-based language model and test it."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.lm.agreement import accuracies, read_items
from firth.lm.floor import against_floor, floor_perplexity
from firth.lm.kneser_ney import train_kneser_ney
from firth.report.metrics import write_metrics
from firth.text.streams import TokenStream
from firth.text.vocabulary import Vocabulary
from firth.workspace import Workspace, require, writing

if TYPE_CHECKING:
    from firth.params.experiment import Params


def run(params: "Params", workspace: Workspace) -> None:
    """Smooth the n-grams of the training text; report validation and test perplexity."""
    raw, tokens = require(workspace.raw("lm"), "download@lm"), require(workspace.tokens("lm"), "tokenize@lm")
    corpus = json.loads((raw / "corpus.json").read_text(encoding="utf-8"))
    vocabulary = Vocabulary.load(tokens / "vocabulary.tsv")
    model = train_kneser_ney(TokenStream.load(tokens, "train"), len(vocabulary), params.ngram.order)

    metrics: dict[str, Any] = {"size": model.size}
    for split in ("valid", "test"):
        stream = TokenStream.load(tokens, split)
        perplexity = model.perplexity(stream)
        metrics[split] = {"perplexity": perplexity}
        if corpus["world"]:
            source = raw / "log_probabilities" / f"{split}.npy"
            floor = floor_perplexity(np.load(source, allow_pickle=False), stream, str(source))
            metrics[split] |= against_floor(perplexity, floor)
    if corpus["world"]:
        items = read_items(raw / "agreement.tsv", vocabulary, params.tokens.lm.lowercase, corpus["tokenized"])
        metrics["agreement"] = accuracies(items, model.score_next)

    with writing(workspace.model("ngram")) as out:
        model.save(out)
    write_metrics(workspace.metrics("ngram"), metrics)
