"""Sections ``seq2seq`` and ``seq2seq_overrides``: encoder–decoders."""

from typing import TYPE_CHECKING, Literal

from firth.params.section import Count, Positive, Probability, Section, override_of

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


if TYPE_CHECKING:
    Seq2seqOverride = Section
else:
    Seq2seqOverride = override_of(Seq2seqParams)


class Seq2seqOverrides(Section):
    """Any keys of ``seq2seq``, for one task."""

    translation: Seq2seqOverride
    qa: Seq2seqOverride
