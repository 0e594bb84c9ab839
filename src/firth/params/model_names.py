"""The names of language models and of spaces of word vectors."""

from typing import Literal, get_args

Network = Literal["feedforward", "rnn", "gru", "lstm", "transformer"]
LanguageModelName = Literal["ngram", Network]
Space = Literal["counts", "svd", "word2vec"]

NETWORKS: tuple[Network, ...] = get_args(Network)
LANGUAGE_MODELS: tuple[LanguageModelName, ...] = get_args(LanguageModelName)
SPACES: tuple[Space, ...] = get_args(Space)
