"""The keys of section ``seq2seq`` that a training reads."""

from typing import Literal

from firth.params.cells import Cell
from firth.params.initial_embeddings import InitialEmbeddings
from firth.params.section import BatchSize, ClipNorm, Dimension, Epochs, Layers, LearningRate, Section, Share

BatchType = Literal["pairs", "tokens"]


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
