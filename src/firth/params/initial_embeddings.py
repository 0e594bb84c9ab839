"""What the embeddings of a network start from: random numbers, or word vectors."""

from typing import Literal, get_args

InitialEmbeddings = Literal["random", "svd", "word2vec"]

INITIAL_EMBEDDINGS: tuple[InitialEmbeddings, ...] = get_args(InitialEmbeddings)
