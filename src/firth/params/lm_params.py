"""Sections ``lm`` and ``lm_overrides``: neural language models.

Every network has the keys of ``LmParams`` and those of its own class; ``LmSection`` is the section as it stands in
params.yaml, with the keys of all networks.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from firth.params.initial_embeddings import InitialEmbeddings
from firth.params.section import (
    BatchSize,
    ClipNorm,
    Dimension,
    Epochs,
    Factor,
    Layers,
    LearningRate,
    Length,
    Section,
    Share,
    VocabularySize,
    Window,
)

Optimizer = Literal["adam", "adamw", "sgd"]
Schedule = Literal["cosine", "plateau", "constant"]


def _ascending(cutoffs: list[int]) -> list[int]:
    if cutoffs != sorted(set(cutoffs)):
        raise ValueError("cutoffs must ascend, as in [1000, 4000]")
    return cutoffs


class LmParams(Section):
    """Keys of every neural language model."""

    embedding_size: Dimension
    hidden_size: Dimension
    layers: Layers
    tied_embeddings: bool
    initial_embeddings: InitialEmbeddings
    embedding_dropout: Share
    input_dropout: Share
    hidden_dropout: Share
    output_dropout: Share
    activation_regularization: Factor
    temporal_activation_regularization: Factor
    weight_decay: Factor
    averaging_interval: Annotated[int, Field(ge=0, le=10_000)]
    batch_size: BatchSize
    bptt_length: Length
    random_bptt: bool
    optimizer: Optimizer
    learning_rate: LearningRate
    schedule: Schedule
    gradient_clip_norm: ClipNorm
    max_epochs: Epochs
    patience: Epochs
    adaptive_softmax_cutoffs: Annotated[list[VocabularySize], Field(max_length=16), AfterValidator(_ascending)]


class FeedForwardParams(LmParams):
    """Keys of the feed-forward network."""

    context_size: Window
    direct_connections: bool


class RecurrentParams(LmParams):
    """Keys of the Elman network, the GRU and the LSTM."""

    weight_dropout: Share
