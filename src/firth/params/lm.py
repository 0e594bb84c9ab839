"""Sections ``lm`` and ``lm_overrides``: neural language models."""

from typing import Literal

from firth.params.section import Count, Positive, Probability, Section

Cell = Literal["rnn", "gru", "lstm"]
Network = Literal["feedforward", "rnn", "gru", "lstm"]
Optimizer = Literal["adam", "sgd"]
NETWORKS: tuple[Network, ...] = ("feedforward", "rnn", "gru", "lstm")


class LmParams(Section):
    embedding_size: Count
    hidden_size: Count
    layers: Count
    dropout: Probability
    tied_embeddings: bool
    context_size: Count
    direct_connections: bool
    initial_embeddings: Literal["random", "svd", "word2vec"]
    batch_size: Count
    bptt_length: Count
    optimizer: Optimizer
    learning_rate: Positive
    gradient_clip_norm: Positive
    max_epochs: Count
    patience: Count


class LmOverride(Section):
    """Any keys of ``lm`` but ``initial_embeddings`` (a dependency in dvc.yaml), for one network."""

    embedding_size: Count | None = None
    hidden_size: Count | None = None
    layers: Count | None = None
    dropout: Probability | None = None
    tied_embeddings: bool | None = None
    context_size: Count | None = None
    direct_connections: bool | None = None
    batch_size: Count | None = None
    bptt_length: Count | None = None
    optimizer: Optimizer | None = None
    learning_rate: Positive | None = None
    gradient_clip_norm: Positive | None = None
    max_epochs: Count | None = None
    patience: Count | None = None


class LmOverrides(Section):
    feedforward: LmOverride
    rnn: LmOverride
    gru: LmOverride
    lstm: LmOverride
