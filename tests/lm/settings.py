"""A small language model's section of params, for tests to vary, and its predictions."""

from typing import Any

from torch import Tensor

from firth.lm.language_network import LanguageNetwork, State
from firth.params.lm_section import LmSection

SMALL: dict[str, Any] = {
    "embedding_size": 12,
    "hidden_size": 12,
    "layers": 1,
    "tied_embeddings": True,
    "adaptive_softmax_cutoffs": [],
    "context_size": 3,
    "heads": 2,
    "direct_connections": True,
    "initial_embeddings": "random",
    "embedding_dropout": 0.0,
    "input_dropout": 0.0,
    "hidden_dropout": 0.0,
    "output_dropout": 0.0,
    "weight_dropout": 0.0,
    "activation_regularization": 0.0,
    "temporal_activation_regularization": 0.0,
    "batch_size": 4,
    "bptt_length": 10,
    "random_bptt": False,
    "optimizer": "adam",
    "learning_rate": 0.03,
    "schedule": "cosine",
    "weight_decay": 0.0,
    "averaging_interval": 0,
    "gradient_clip_norm": 1.0,
    "max_epochs": 3,
    "patience": 3,
    "dynamic_evaluation": None,
}
DROPOUTS = ("embedding_dropout", "input_dropout", "hidden_dropout", "output_dropout", "weight_dropout")


def settings(**changes: Any) -> LmSection:
    """The small section with some values changed."""
    return LmSection.model_validate({**SMALL, **changes})


def all_dropouts(share: float) -> dict[str, float]:
    """Every kind of dropout at once."""
    return dict.fromkeys(DROPOUTS, share)


def predictions(network: LanguageNetwork, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
    """log P of every word after each of tokens (T, B), (T, B, V), and the state after them."""
    hidden, state = network(tokens, state)
    return network.log_probabilities(network.output_dropout(hidden)), state
