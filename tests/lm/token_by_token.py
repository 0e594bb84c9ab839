"""A network read one token at a time: the slow and plain way that scorers are compared with."""

import numpy as np
import torch
from lm.settings import predictions
from numpy.typing import NDArray

from firth.lm.language_network import LanguageNetwork, State
from firth.text.vocabulary import EOS_ID


def log_probabilities_by_token(network: LanguageNetwork, ids: NDArray) -> NDArray[np.float64]:
    """log P of every word in the place of each token, (N, V), after the network's warm-up context and ``<eos>``."""
    rows = []
    state: State = None
    with torch.no_grad():
        for token in network.warm_up_context:
            _, state = network(torch.tensor([[token]]), state)
        for token in [EOS_ID, *ids[:-1].tolist()]:
            scores, state = predictions(network, torch.tensor([[token]]), state)
            rows.append(scores[0, 0].double().log_softmax(0).numpy())
    return np.stack(rows)


def token_by_token(network: LanguageNetwork, ids: NDArray) -> list[float]:
    """−log P of every token."""
    rows = log_probabilities_by_token(network, ids)
    losses: list[float] = (-rows[np.arange(len(ids)), ids.astype(np.int64)]).tolist()
    return losses
