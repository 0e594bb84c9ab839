"""Neural language models by name: built from params, initialized from word vectors, loaded from a folder."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from pydantic import BaseModel

from firth.derived_seed import derived_seed
from firth.errors import shown
from firth.lm.language_network import LanguageNetwork
from firth.lm.output import INITIAL_RANGE
from firth.params.lm_params import LmParams
from firth.params.section import VocabularySize
from firth.stored_files import damaged, parse_json
from firth.training.embeddings import initialize
from firth.training.saved import SETTINGS, load_network
from firth.word2vec_format import read_word2vec
from firth.workspace import model_stage, require

NetworkParams = TypeVar("NetworkParams")
NetworkClass = Callable[[Any, int, Any], LanguageNetwork]  # its name, the vocabulary size, its params → the network


def network_class(name: str) -> NetworkClass:
    """The class of a network. Imports stand inside the cases, so that a stage depends on its own network's code only.

    Raises
    ------
    ValueError
        If no network has this name.
    """
    match name:
        case "feedforward":
            from firth.lm.feedforward import FeedForward

            return FeedForward
        case "rnn" | "gru" | "lstm":
            from firth.lm.recurrent import Recurrent

            return Recurrent
        case "transformer":
            from firth.lm.transformer import Transformer

            return Transformer
        case _:
            raise ValueError(f"no language model is named {name}")


def network_params(name: str) -> type[LmParams]:
    """The class of a network's params section.

    Raises
    ------
    ValueError
        If no network has this name.
    """
    match name:
        case "feedforward":
            from firth.params.lm_params import FeedForwardParams

            return FeedForwardParams
        case "rnn" | "gru" | "lstm":
            from firth.params.lm_params import RecurrentParams

            return RecurrentParams
        case "transformer":
            from firth.params.transformer_params import TransformerParams

            return TransformerParams
        case _:
            raise ValueError(f"no language model is named {name}")


def build(network: str, vocabulary_size: int, params: LmParams) -> LanguageNetwork:
    """An untrained network, with random weights from torch's global generator."""
    return network_class(network)(network, vocabulary_size, params)


def initial_network(
    network: str, tokens: list[str], params: LmParams, seed: int, vectors: Path
) -> tuple[LanguageNetwork, float | None]:
    """A network before training, and the share of the vocabulary whose embeddings are initialized from word vectors.

    Parameters
    ----------
    tokens : the vocabulary, in the order of ids.
    seed : of the experiment, from which torch's global generator is seeded for this network.
    vectors : file of word vectors in word2vec's binary format; not read with random embeddings.

    Returns
    -------
    (network, share)
        The share is None with random embeddings.

    Raises
    ------
    FirthError
        If the word vectors are missing, damaged, or not as long as the embeddings.
    """
    torch.manual_seed(derived_seed(seed, f"lm-{network}", "weights"))
    built = build(network, len(tokens), params)
    if params.initial_embeddings == "random":
        return built, None
    loaded = read_word2vec(vectors, params.initial_embeddings)
    deviation = INITIAL_RANGE / 3**0.5  # standard deviation of the uniform distribution over ±INITIAL_RANGE
    return built, initialize(built.embedding.weight, deviation, tokens, loaded, "lm.embedding_size", str(vectors))


class SavedSettings(BaseModel, Generic[NetworkParams]):
    """What ``settings.json`` of a trained network holds; see ``LanguageNetwork``."""

    network: str
    vocabulary_size: VocabularySize
    params: NetworkParams
    warm_up_context: list[int]


def load(folder: Path) -> LanguageNetwork:
    """A trained network from ``weights.safetensors`` and ``settings.json``, in evaluation mode (no dropout).

    Raises
    ------
    FirthError
        If a file is missing or damaged.
    """
    path, stage = folder / SETTINGS, model_stage(folder)
    content = require(path, stage).read_bytes()
    name: str = parse_json(content, SavedSettings[Any], path, stage).network  # which decides the kind of params
    try:
        kind = network_params(name)
    except ValueError as error:
        raise damaged(path, shown(str(error)), stage) from None
    settings: SavedSettings[LmParams] = parse_json(content, SavedSettings[kind], path, stage)  # type: ignore[valid-type]
    params, size, context = settings.params, settings.vocabulary_size, settings.warm_up_context
    if not all(0 <= word < size for word in context):
        raise damaged(path, f"warm_up_context has ids beyond the vocabulary of {size:,}", stage)
    network = load_network(folder, partial(build, name, size, params))
    network.warm_up_context = context
    return network.eval()
