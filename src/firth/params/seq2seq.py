"""Sections ``seq2seq`` and ``seq2seq_overrides``: encoder–decoders."""

from typing import Literal

from firth.params.section import Count, Positive, Probability, Section

Task = Literal["translation", "qa"]
Attention = Literal["none"]
Cell = Literal["rnn", "gru", "lstm"]


class Seq2seqParams(Section):
    cell: Cell
    embedding_size: Count
    hidden_size: Count
    layers: Count
    dropout: Probability
    reverse_source: bool
    max_length: Count
    batch_size: Count
    learning_rate: Positive
    gradient_clip_norm: Positive
    max_epochs: Count
    patience: Count


class Seq2seqOverride(Section):
    """Any keys of ``seq2seq``, for one task."""

    cell: Cell | None = None
    embedding_size: Count | None = None
    hidden_size: Count | None = None
    layers: Count | None = None
    dropout: Probability | None = None
    reverse_source: bool | None = None
    max_length: Count | None = None
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    gradient_clip_norm: Positive | None = None
    max_epochs: Count | None = None
    patience: Count | None = None


class Seq2seqOverrides(Section):
    translation: Seq2seqOverride
    qa: Seq2seqOverride
