"""The names of language models and of spaces of word vectors."""

from typing import Literal, get_args

Network = Literal["feedforward", "rnn", "gru", "lstm", "transformer"]
LanguageModelName = Literal["ngram", Network]
TrainedSpace = Literal["svd", "word2vec"]
Space = Literal["counts", TrainedSpace]

NETWORKS: tuple[Network, ...] = get_args(Network)
LANGUAGE_MODELS: tuple[LanguageModelName, ...] = get_args(LanguageModelName)
TRAINED_SPACES: tuple[TrainedSpace, ...] = get_args(TrainedSpace)
SPACES: tuple[Space, ...] = get_args(Space)
