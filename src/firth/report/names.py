"""Names for people, order and colors of models and attentions, and names of other keys, in one place."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd


class Shown(NamedTuple):
    """How one model stands on the page: its name for people, and its color in every figure."""

    name: str
    color: str


# The colors are those of Okabe & Ito (2008), told apart by people with any color vision; the two that are too light on
# white for a contrast of 3:1 are darker here.
LANGUAGE_MODELS = {
    "ngram": Shown("n-gram", "#808080"),
    "feedforward": Shown("feed-forward", "#CC79A7"),
    "rnn": Shown("RNN", "#D55E00"),
    "gru": Shown("GRU", "#009E73"),
    "lstm": Shown("LSTM", "#0072B2"),
}
ATTENTIONS = {
    "none": Shown("without attention", "#0072B2"),
    "additive": Shown("additive attention", "#D55E00"),
    "dot": Shown("dot attention", "#009E73"),
    "general": Shown("general attention", "#CC79A7"),
}
GRAMMAR = Shown("the grammar", "#B07A00")  # of the built-in world
CELL_STATE = Shown("LSTM, cell", "#3399CC")
COLORS = {shown.name: shown.color for shown in (*LANGUAGE_MODELS.values(), *ATTENTIONS.values(), CELL_STATE)}
COLORS |= {"random": "#808080", "SVD": "#B07A00", "word2vec": "#0072B2"}  # initial embeddings
REPRESENTATIONS = {
    "one_hot": "one-hot",
    "raw_counts": "raw counts",
    "ppmi": "PPMI",
    "svd": "SVD",
    "word2vec": "word2vec",
}
WHEN = {"before": "before training", "after": "after training"}  # gradients of a network are measured
INITIAL_EMBEDDINGS = {"random": "random", "svd": "SVD", "word2vec": "word2vec"}
ROLES = {
    "embeddings": "word vectors",
    "lm": "language models",
    "translation": "translation",
    "qa": "question answering",
}
MEASURES = {"bleu": "BLEU", "bleu_lowercase": "BLEU, lower case", "chrf": "chrF"}


def display_name(key: str, names: Mapping[str, Any]) -> str:
    """The name for people; a key that ``names`` lacks is shown as it is, capitalized."""
    found = names.get(key, key.replace("_", " ").capitalize())
    return found.name if isinstance(found, Shown) else found


def in_order(keys: Iterable[str], names: Mapping[str, Any]) -> list[str]:
    """The keys, each once, in the order of ``names``; unknown ones follow in their own order."""
    there = list(dict.fromkeys(keys))
    return [key for key in names if key in there] + [key for key in there if key not in names]


def ordered(frame: pd.DataFrame, column: str, names: Mapping[str, Any]) -> pd.DataFrame:
    """The rows in the order of ``names``, by the keys in ``column``; rows of one key keep their order."""
    keys = in_order(frame[column], names)
    return frame.sort_values(column, key=lambda found: found.map(keys.index), kind="stable", ignore_index=True)


def with_names(frame: pd.DataFrame, column: str, names: Mapping[str, Any]) -> pd.DataFrame:
    """The rows in the order of ``names``, with names for people in ``column``."""
    ranked = ordered(frame, column, names)
    return ranked.assign(**{column: ranked[column].map(lambda key: display_name(key, names)).astype(object)})


def in_words(name: str) -> str:
    """A key of params or metrics as words."""
    return name.replace("_", " ").replace(".", ": ") if name not in MEASURES else MEASURES[name]
