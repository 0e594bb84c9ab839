"""What the studies compare, by name."""

from typing import Literal, get_args

SkipGramLoss = Literal["softmax", "negative_sampling"]
Method = Literal["feedforward", "softmax", "negative_sampling"]  # ways to learn word vectors
Clipping = Literal["clipped", "unclipped"]  # of gradients
InitialEmbeddings = Literal["random", "svd", "word2vec"]
Reading = Literal["forward", "reversed", "attention"]  # how an encoder–decoder reads the source

METHODS: tuple[Method, ...] = get_args(Method)
CLIPPINGS: tuple[Clipping, ...] = get_args(Clipping)
INITIAL_EMBEDDINGS: tuple[InitialEmbeddings, ...] = get_args(InitialEmbeddings)
READINGS: tuple[Reading, ...] = get_args(Reading)
