"""Everything the page shows, gathered, and how the page finds a number among the metrics of a run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firth.report.neighbors import CooccurrenceExample, Ranked

LANGUAGE_MODELS = {
    "ngram": "n-gram",
    "lm-feedforward": "feed-forward",
    "lm-rnn": "RNN",
    "lm-gru": "GRU",
    "lm-lstm": "LSTM",
}
NAMES = {"bleu": "BLEU", "bleu_lowercase": "BLEU, lower case", "chrf": "chrF"}
ATTENTIONS = {
    "none": "without attention",
    "additive": "additive attention",
    "dot": "dot attention",
    "general": "general attention",
}

Metrics = Mapping[str, Any]


@dataclass(frozen=True)
class Findings:
    """The results of one experiment, as the stage has read them.

    Attributes
    ----------
    corpora : role → what ``corpus.json`` says.
    settings : what was chosen, in words: name → {key: value}.
    metrics : run → its metrics.
    curves : run → rows of its learning curve.
    samples : run → why they were chosen → what the model said to some of the first test text.
    watched : run → rows of its table of watched sentences.
    missing_words : words that the params ask for and the vocabulary lacks.
    neighbors : model → word → nearest words with their cosine.
    word_map : the drawing, or None.
    studies : study → its metrics.
    study_curves : study → rows of its curve.
    """

    corpora: Mapping[str, Metrics]
    settings: Mapping[str, Metrics]
    metrics: Mapping[str, Metrics]
    curves: Mapping[str, list[dict[str, float]]]
    samples: Mapping[str, Mapping[str, list[dict[str, Any]]]]
    watched: Mapping[str, list[dict[str, str]]]
    example: CooccurrenceExample
    missing_words: list[str]
    neighbors: Mapping[str, Mapping[str, Ranked]]
    word_map: str | None
    studies: Mapping[str, Metrics]
    study_curves: Mapping[str, list[dict[str, float]]]

    def language_models(self) -> dict[str, Metrics]:
        """Name for people → metrics, from the simplest model on; those that were run."""
        return {name: self.metrics[run] for run, name in LANGUAGE_MODELS.items() if run in self.metrics}

    def encoder_decoders(self, task: str) -> dict[str, str]:
        """Name for people → run, for each attention of the task that was run."""
        runs = {name: f"seq2seq-{task}-{attention}" for attention, name in ATTENTIONS.items()}
        return {name: run for name, run in runs.items() if run in self.metrics}


def pick(metrics: Any, *path: str) -> Any:
    """The value at the end of a path of keys, or None where a key is missing."""
    for key in path:
        if not isinstance(metrics, Mapping) or key not in metrics:
            return None
        metrics = metrics[key]
    return metrics


def held_out_splits(metrics: Metrics) -> dict[str, Metrics]:
    """The groups of metrics that belong to test splits, in their order."""
    return {name: value for name, value in metrics.items() if name.startswith("test") and isinstance(value, Mapping)}


def numbered(metrics: Any, prefix: str) -> list[tuple[int, float]]:
    """The numbers under keys such as ``distractors_2``: [(2, value), …], in order."""
    if not isinstance(metrics, Mapping):
        return []
    found = [(re.fullmatch(rf"{prefix}(\d+)", name), value) for name, value in metrics.items()]
    return sorted((int(match[1]), float(value)) for match, value in found if match and value is not None)


def in_words(name: str) -> str:
    """A key of params or metrics as words."""
    return name.replace("_", " ").replace(".", ": ") if name not in NAMES else NAMES[name]
