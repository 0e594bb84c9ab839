"""Section ``studies`` of ``studies/params.yaml``: what the studies compare, and over which values."""

from typing import Annotated, Literal

from pydantic import Field

from firth.params.section import Dimension, Section, VocabularySize

Cell = Literal["rnn", "gru", "lstm"]
CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")
SkipGramLoss = Literal["softmax", "negative_sampling"]
Method = Literal["feedforward", "softmax", "negative_sampling"]  # ways to learn word vectors
METHODS: tuple[Method, ...] = ("feedforward", "softmax", "negative_sampling")
Clipping = Literal["clipped", "unclipped"]  # of gradients
CLIPPINGS: tuple[Clipping, ...] = ("clipped", "unclipped")
InitialEmbeddings = Literal["random", "svd", "word2vec"]
INITIAL_EMBEDDINGS: tuple[InitialEmbeddings, ...] = ("random", "svd", "word2vec")
Reading = Literal["forward", "reversed", "attention"]  # how an encoder–decoder reads the source
READINGS: tuple[Reading, ...] = ("forward", "reversed", "attention")
MOST_VALUES = 100  # of one study
Multiple = Annotated[float, Field(ge=0.001, le=1000)]
TextShare = Annotated[float, Field(ge=0.0001, le=1)]
Percentage = Annotated[float, Field(ge=0.01, le=100)]


class StudyParams(Section):
    """The values that each study goes through."""

    vocabulary_sizes: Annotated[list[VocabularySize], Field(min_length=1, max_length=MOST_VALUES)]
    learning_rate_multiples: Annotated[list[Multiple], Field(min_length=1, max_length=MOST_VALUES)]
    text_shares: Annotated[list[TextShare], Field(min_length=1, max_length=MOST_VALUES)]
    hidden_sizes: Annotated[list[Dimension], Field(min_length=1, max_length=MOST_VALUES)]
    pair_percentages: Annotated[list[Percentage], Field(min_length=1, max_length=MOST_VALUES)]
