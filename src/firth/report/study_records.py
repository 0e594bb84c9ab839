"""What the page reads of the results of a study: its metrics and its curve, by the first part of the study's name."""

from typing import Annotated, Any

import pandas as pd
from pandas.api.types import is_numeric_dtype
from pydantic import Field
from typing_extensions import TypedDict

Value = float | None
OfVocabulary = Annotated[str, Field(pattern=r"^vocabulary_\d{1,12}$")]
OfHiddenSize = Annotated[str, Field(pattern=r"^hidden_size_\d{1,9}$")]
LearningRate = Annotated[str, Field(pattern=r"^\d+(\.\d+)?(e-?\d{1,2})?$")]


class _Quality(TypedDict):
    nearest_neighbor_accuracy: float
    words: Value
    operations: Value


class _Vectors(TypedDict):
    operations_a_word: float
    nearest_neighbor_accuracy: Value
    equal_quality: _Quality


class _Softmax(TypedDict):
    operations_a_word: dict[str, Annotated[dict[OfVocabulary, float], Field(min_length=1)]]


class _Clipping(TypedDict):
    gradient_clip_norm: Value
    by_learning_rate: dict[LearningRate, dict[str, Value]]


class _Bleu(TypedDict):
    sentences: int
    bleu: Value


class _Translator(TypedDict):
    bleu: Value
    by_source_length: dict[str, _Bleu]


class _Gradients(TypedDict):
    gradient_norm_first: Value
    gradient_norm_last: Value


class _Encoder(_Translator):
    before: _Gradients
    after: _Gradients


class _Bottleneck(TypedDict):
    by_hidden_size: dict[OfHiddenSize, _Translator]


class _Pairs(TypedDict):
    pairs: int
    bleu: Value


METRICS: dict[str, Any] = {
    "vectors": _Vectors,
    "softmax": _Softmax,
    "clipping": _Clipping,
    "encoders": _Encoder,
    "bottleneck": _Bottleneck,
    "pairs": dict[str, _Pairs],
}
CURVES = {
    "vectors": ("operations", "nearest_neighbor_accuracy", "words"),
    "clipping": ("learning_rate", "step", "train_loss", "gradient_norm"),
    "embeddings": ("share", "epoch", "valid_perplexity"),
    "encoders": ("source_position", "norm_before", "norm_after"),
}


def curve_fault(study: str, curve: pd.DataFrame) -> str | None:
    """Why a table is not the curve of a study; None if it can be."""
    for column in CURVES.get(study.partition("-")[0], ()):
        if column not in curve or not is_numeric_dtype(curve[column]):
            return f"has no numbers {column}"
    return None
