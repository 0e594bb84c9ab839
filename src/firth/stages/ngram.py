"""Stage ``ngram``: estimate the count-based language model and test it.

Beside the model's own metrics, ``by_order`` holds size, perplexity and agreement of models of order 1, 2, …
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from firth.lm.agreement import Item, accuracies, agreement_items
from firth.lm.arpa import write_arpa
from firth.lm.floor import against_floor, floor_perplexity
from firth.lm.kneser_ney import KneserNey, count_ngrams, smoothed
from firth.lm.missing import counterpart_scores, missing_nats, read_token_floor
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
    largest = max(params.ngram.order, params.ngram.largest_order)
    counts = count_ngrams(TokenStream.load(tokens, "train"), len(vocabulary), largest)
    held_out = {split: TokenStream.load(tokens, split) for split in ("valid", "test")}
    items = agreement_items(raw, corpus, vocabulary, params.tokens.lm.lowercase)
    by_order = {order: _metrics(smoothed(counts, order), held_out, items) for order in range(1, largest + 1)}

    model, metrics = smoothed(counts, params.ngram.order), dict(by_order[params.ngram.order])
    if items:
        metrics["agreement"] = accuracies(items, model.score_next)
    if corpus["world"]:
        for split, stream in held_out.items():
            source = raw / "log_probabilities" / f"{split}.npy"
            floor = floor_perplexity(np.load(source, allow_pickle=False), stream, str(source))
            metrics[split] = metrics[split] | against_floor(metrics[split]["perplexity"], floor)
            if split == "test" and floor is not None:
                source = raw / "token_probabilities" / f"{split}.tsv"
                token_floor = read_token_floor(source, stream, vocabulary, params.tokens.lm.lowercase)
                counterparts = counterpart_scores(token_floor, stream, model.score_next)
                scores = np.stack([model.log_probabilities(stream), counterparts], axis=1)
                metrics[split]["missing_nats"] = missing_nats(token_floor, scores)

    with writing(workspace.model("ngram")) as out:
        model.save(out)
        write_arpa(model, vocabulary.tokens, out / "model.arpa")
    write_metrics(workspace.metrics("ngram"), {**metrics, "by_order": by_order})


def _metrics(model: KneserNey, held_out: Mapping[str, TokenStream], items: Sequence[Item]) -> dict[str, Any]:
    """Size, perplexity by split, and accuracy of agreement by distractors, where there are items."""
    metrics: dict[str, Any] = {"size": model.size}
    metrics |= {split: {"perplexity": model.perplexity(stream)} for split, stream in held_out.items()}
    if items:
        found = accuracies(items, model.score_next)
        metrics["agreement"] = {name: value for name, value in found.items() if not isinstance(value, Mapping)}
    return metrics
