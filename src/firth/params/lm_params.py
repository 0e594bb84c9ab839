"""Sections ``lm`` and ``lm_overrides``: neural language models.

Every network has the keys of ``LmParams`` and those of its own class; ``LmSection`` is the section as it stands in
params.yaml, with the keys of all networks.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from firth.params.section import Count, NotNegative, Positive, Probability, Section

Cell = Literal["rnn", "gru", "lstm"]
Optimizer = Literal["adam", "adamw", "sgd"]
Schedule = Literal["cosine", "plateau", "constant"]


def _ascending(cutoffs: list[int]) -> list[int]:
    if cutoffs != sorted(set(cutoffs)):
        raise ValueError("cutoffs must ascend, as in [1000, 4000]")
    return cutoffs


class LmParams(Section):
    """Keys of every neural language model."""

    embedding_size: Count
    hidden_size: Count
    layers: Count
    tied_embeddings: bool
    initial_embeddings: Literal["random", "svd", "word2vec"]
    embedding_dropout: Probability
    input_dropout: Probability
    hidden_dropout: Probability
    output_dropout: Probability
    activation_regularization: NotNegative
    temporal_activation_regularization: NotNegative
    weight_decay: NotNegative
    averaging_interval: Annotated[int, Field(ge=0, lt=2**31)]
    batch_size: Count
    bptt_length: Count
    random_bptt: bool
    optimizer: Optimizer
    learning_rate: Positive
    schedule: Schedule
    gradient_clip_norm: Positive
    max_epochs: Count
    patience: Count
    adaptive_softmax_cutoffs: Annotated[list[Count], AfterValidator(_ascending)]


class FeedForwardParams(LmParams):
    """Keys of the feed-forward network."""

    context_size: Count
    direct_connections: bool


class RecurrentParams(LmParams):
    """Keys of the Elman network, the GRU and the LSTM."""

    weight_dropout: Probability
