"""Section ``studies`` of ``studies/params.yaml``: what the studies compare, and over which values."""

from typing import Annotated, Literal

from pydantic import Field

from firth.params.section import Count, Positive, Section

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


class StudyParams(Section):
    """The values that each study goes through."""

    vocabulary_sizes: Annotated[list[Count], Field(min_length=1)]
    learning_rate_multiples: Annotated[list[Positive], Field(min_length=1)]
    text_shares: Annotated[list[Annotated[float, Field(gt=0, le=1)]], Field(min_length=1)]
    hidden_sizes: Annotated[list[Count], Field(min_length=1)]
    pair_percentages: Annotated[list[Annotated[float, Field(gt=0, le=100)]], Field(min_length=1)]
