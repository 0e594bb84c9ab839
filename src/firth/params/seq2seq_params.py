"""Sections ``seq2seq`` and ``seq2seq_overrides``: encoder–decoders."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator

from firth.params.section import Count, NotNegative, Positive, Probability, Section, override_of

Task = Literal["translation", "qa"]
Attention = Literal["none", "additive", "dot", "general"]
Cell = Literal["rnn", "gru", "lstm"]
BatchType = Literal["pairs", "tokens"]
InitialEmbeddings = Literal["random", "svd", "word2vec"]


class Seq2seqParams(Section):
    """What decides the weights: architecture and training."""

    cell: Cell
    embedding_size: Count
    initial_embeddings: InitialEmbeddings
    hidden_size: Count
    layers: Count
    dropout: Probability
    label_smoothing: Probability
    bidirectional: bool
    reverse_source: bool
    batch_size: Count
    batch_type: BatchType
    learning_rate: Positive
    gradient_clip_norm: Positive
    max_epochs: Count
    patience: Count

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if self.bidirectional and self.reverse_source:
            raise ValueError("bidirectional reads the source from both ends; make it or reverse_source false")
        return self


class SearchParams(Section):
    """How a trained network is decoded: greedily with a beam of one, otherwise by beam search."""

    beam_size: Count
    length_penalty: NotNegative
    max_length: Count


class Seq2seqSection(Seq2seqParams, SearchParams):
    """The whole section, whose keys decide the weights or the decoding, and none of them both."""

    def training(self) -> Seq2seqParams:
        """The keys that decide the weights."""
        return Seq2seqParams.model_validate(self.model_dump(include=set(Seq2seqParams.model_fields)))

    def search(self) -> SearchParams:
        """The keys that decide how a trained network is decoded."""
        return SearchParams.model_validate(self.model_dump(include=set(SearchParams.model_fields)))


if TYPE_CHECKING:
    Seq2seqOverride = Section
else:
    Seq2seqOverride = override_of(Seq2seqSection, without=["initial_embeddings"])  # which is a dependency in dvc.yaml


class Seq2seqOverrides(Section):
    """Any keys of ``seq2seq`` but ``initial_embeddings``, by attention and by task; the keys of a task win."""

    translation: Seq2seqOverride
    qa: Seq2seqOverride
    none: Seq2seqOverride
    additive: Seq2seqOverride
    dot: Seq2seqOverride
    general: Seq2seqOverride
