"""Neural language models by name: built from params, loaded from a folder, begun with given word vectors."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file

from firth.lm.feedforward import FeedForward
from firth.lm.network import EMBEDDING_RANGE, LanguageNetwork
from firth.lm.recurrent import Recurrent
from firth.params.lm import LmParams, Network
from firth.training.embeddings import initialize, read_vectors
from firth.training.reproducibility import derived_seed


def build(network: Network, vocabulary_size: int, params: LmParams) -> LanguageNetwork:
    """The network that a params section describes, with random weights from torch's generator."""
    if network == "feedforward":
        return FeedForward(vocabulary_size, params)
    return Recurrent(network, vocabulary_size, params)


def initial_network(
    network: Network, tokens: list[str], params: LmParams, seed: int, vectors: Path
) -> tuple[LanguageNetwork, float | None]:
    """The network as it is before training, and the share of the vocabulary that has a word vector, if it is begun so.

    Parameters
    ----------
    tokens : the vocabulary, in the order of ids.
    seed : of the experiment; each network has random weights of its own.
    vectors : word vectors in word2vec's text format; read unless embeddings are random.
    """
    torch.manual_seed(derived_seed(seed, f"lm-{network}", "weights"))
    built = build(network, len(tokens), params)
    if params.initial_embeddings == "random":
        return built, None
    loaded = read_vectors(vectors, params.initial_embeddings)
    deviation = EMBEDDING_RANGE / 3**0.5
    return built, initialize(built.embedding.weight, deviation, tokens, loaded, "lm.embedding_size", str(vectors))


def load(folder: Path) -> LanguageNetwork:
    """Rebuild a trained network from ``weights.safetensors`` and ``settings.json``, ready for use (no dropout)."""
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    params = LmParams.model_validate(settings["params"])
    network = build(settings["network"], settings["vocabulary_size"], params)
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    network.lead_in = settings["lead_in"]
    return network.eval()
