"""Neural language models by name: built from params, loaded from a folder, begun with given word vectors."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import load_file

from firth.errors import FirthError
from firth.lm.feedforward import FeedForward
from firth.lm.network import EMBEDDING_RANGE, LanguageNetwork
from firth.lm.recurrent import Recurrent
from firth.params.lm import LmParams, Network
from firth.training.reproducibility import derived_seed
from firth.workspace import require

if TYPE_CHECKING:
    from gensim.models import KeyedVectors


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
    from gensim.models import KeyedVectors  # here, because it takes a second

    loaded = KeyedVectors.load_word2vec_format(str(require(vectors, params.initial_embeddings)))
    return built, initialize_embeddings(built, tokens, loaded, str(vectors))


def load(folder: Path) -> LanguageNetwork:
    """Rebuild a trained network from ``weights.safetensors`` and ``settings.json``, ready for use (no dropout)."""
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    params = LmParams.model_validate(settings["params"])
    network = build(settings["network"], settings["vocabulary_size"], params)
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    return network.eval()


def initialize_embeddings(network: LanguageNetwork, tokens: list[str], vectors: "KeyedVectors", source: str) -> float:
    """Put word vectors in the place of random embeddings, scaled to the same standard deviation.

    A token without a vector takes that of its lower-case form; without either, it stays random.

    Parameters
    ----------
    tokens : the vocabulary, in the order of ids.
    source : where the vectors come from, for the error.

    Returns
    -------
    float
        The share of the vocabulary that has a vector.

    Raises
    ------
    FirthError
        If the vectors' dimension isn't the embedding size.
    """
    weight = network.embedding.weight
    if vectors.vector_size != weight.shape[1]:
        raise FirthError(
            f"lm.embedding_size = {weight.shape[1]}, but {source} holds vectors of dimension {vectors.vector_size}; "
            "make them equal"
        )
    forms = [token if token in vectors else token.lower() for token in tokens]
    rows = [row for row, form in enumerate(forms) if form in vectors]
    if not rows:
        return 0.0
    found = np.stack([vectors[forms[row]] for row in rows]).astype(np.float64)
    deviation = float(found.std())
    scale = EMBEDDING_RANGE / 3**0.5 / deviation if deviation else 1.0
    with torch.no_grad():
        weight[rows] = torch.from_numpy(found * scale).to(weight)
    return len(rows) / len(tokens)
