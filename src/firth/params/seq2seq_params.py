"""Sections ``seq2seq`` and ``seq2seq_overrides``: encoder–decoders."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from firth.params.cells import Cell
from firth.params.section import (
    BatchSize,
    ClipNorm,
    Dimension,
    Epochs,
    Layers,
    LearningRate,
    Section,
    Share,
    override_of,
)

BatchType = Literal["pairs", "tokens"]
InitialEmbeddings = Literal["random", "svd", "word2vec"]


class Seq2seqParams(Section):
    """What decides the weights: architecture and training."""

    cell: Cell
    embedding_size: Dimension
    initial_embeddings: InitialEmbeddings
    hidden_size: Dimension
    layers: Layers
    dropout: Share
    label_smoothing: Share
    bidirectional: bool
    reverse_source: bool
    batch_size: BatchSize
    batch_type: BatchType
    learning_rate: LearningRate
    gradient_clip_norm: ClipNorm
    max_epochs: Epochs
    patience: Epochs

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if self.bidirectional and self.reverse_source:
            raise ValueError("bidirectional reads the source from both ends; make it or reverse_source false")
        return self


class SearchParams(Section):
    """How a trained network is decoded: greedily with a beam of one, otherwise by beam search."""

    beam_size: Annotated[int, Field(ge=1, le=100)]
    length_penalty: Annotated[float, Field(ge=0, le=10)]
    max_length: Annotated[int, Field(ge=1, le=2000)]


class DecodingSettings(BaseModel):
    """What decoding needs of ``settings/evaluate_seq2seq-TASK-ATTENTION.json``."""

    search: SearchParams
    precision: str


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
