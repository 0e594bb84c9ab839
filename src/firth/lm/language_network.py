"""The parts that all neural language models share: word embeddings, the output layer, the loss, the initial state."""

from abc import ABC, abstractmethod
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from firth.kernels.fused_softmax import NO_TARGET
from firth.lm.output import INITIAL_RANGE, Output
from firth.params.lm_params import LmParams
from firth.training.saved import save_network

# The memory of the text read so far; None for a text that has just started.
# Recurrent: for each layer the hidden state (1, B, H); for an LSTM the pair hidden state, cell state.
# Feed-forward: the ids of the last C − 1 words, (C − 1, B), or fewer if the text is shorter.
LayerState = Tensor | tuple[Tensor, Tensor]
State = Tensor | tuple[LayerState, ...] | None


class LanguageNetwork(nn.Module, ABC):
    """A neural language model: weights and equations, without the way it is trained.

    Shapes: T tokens in each of B texts that are read in parallel (columns); vocabulary size V; embedding size E;
    H, the length of the vectors that the output layer reads.

    Parameters
    ----------
    network : its name in params.yaml.
    output_size : H.

    Attributes
    ----------
    warm_up_context : ids of tokens that are read before every text; empty in an untrained network.
    """

    def __init__(self, network: str, vocabulary_size: int, output_size: int, params: LmParams) -> None:
        super().__init__()
        self.network, self.vocabulary_size, self.params = network, vocabulary_size, params
        self.warm_up_context: list[int] = []
        self.embedding = nn.Embedding(vocabulary_size, params.embedding_size)  # (V, E)
        self.output = Output(
            vocabulary_size,
            output_size,
            params.embedding_size,
            params.tied_embeddings,
            params.adaptive_softmax_cutoffs,
        )
        nn.init.uniform_(self.embedding.weight, -INITIAL_RANGE, INITIAL_RANGE)

    @abstractmethod
    def forward(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) from ``state`` on → the last layer (T, B, H), and the state after the T tokens."""

    @abstractmethod
    def output_dropout(self, hidden: Tensor) -> Tensor:
        """The last layer (T, B, H) with output dropout in training, unchanged otherwise."""

    def log_probabilities(self, hidden: Tensor) -> Tensor:
        """Last layer (…, H) → log P of every word as the next one, (…, V)."""
        result: Tensor = self.output.log_probabilities(hidden, self.embedding.weight)
        return result

    def negative_log_likelihood(self, hidden: Tensor, targets: Tensor) -> Tensor:
        """Last layer (T, B, H) → −log P of the targets (T, B), in nats; 0 where the target is ``NO_TARGET``."""
        losses: Tensor = self.output.negative_log_likelihood(
            hidden.flatten(0, 1),  # (T · B, H)
            self.embedding.weight,  # (V, E)
            targets.flatten(),  # (T · B,)
        )
        return losses.view(targets.shape)  # (T, B)

    def embed(self, tokens: Tensor) -> Tensor:
        """Token ids (T, B) → embeddings (T, B, E).

        Embedding dropout sets the vectors of randomly chosen words to zero, at all their positions in the window (Gal &
        Ghahramani 2016).
        """
        weight = self.embedding.weight  # (V, E)
        if self.training and self.params.embedding_dropout:
            mask = F.dropout(torch.ones_like(weight[:, :1]), self.params.embedding_dropout)  # (V, 1)
            weight = mask * weight
        return F.embedding(tokens, weight)

    def initial_state(self, columns: int = 1) -> State:
        """The state before the first token of B texts: the state after reading the warm-up context.

        Training carries the state from window to window, so that the network hardly ever sees a zero state. A network
        trained on millions of words predicts far worse from a zero state than from any state it knows.
        """
        if not self.warm_up_context:
            return None
        context = torch.tensor(self.warm_up_context, device=self.embedding.weight.device)  # (W,)
        with torch.no_grad():
            _, state = self(context[:, None].expand(-1, columns))  # (W, B)
        return state

    def save(self, folder: Path, **notes: object) -> None:
        """Write ``weights.safetensors`` and ``settings.json``, with ``notes`` beside the settings."""
        settings = {
            "network": self.network,
            "vocabulary_size": self.vocabulary_size,
            "params": self.params.model_dump(),
            "warm_up_context": self.warm_up_context,
        }
        save_network(folder, self, {**settings, **notes})


def window_loss(network: LanguageNetwork, tokens: Tensor, targets: Tensor, state: State) -> tuple[Tensor, State]:
    """Cross-entropy of a window, in nats per token, and the state after it.

    Parameters
    ----------
    tokens : (T, B).
    targets : (T, B) the tokens that follow; positions with ``NO_TARGET`` are not counted.
    """
    hidden, state = network(tokens, state)  # (T, B, H)
    losses = network.negative_log_likelihood(network.output_dropout(hidden), targets)  # (T, B)
    return losses.sum() / (targets != NO_TARGET).sum(), state


def detached(state: State) -> State:
    """The same values without their graph, so that gradients stop here (truncated BPTT)."""
    if isinstance(state, tuple):
        return tuple(detached(part) for part in state)  # type: ignore[misc]
    return None if state is None else state.detach()


def moved(state: State, device: torch.device) -> State:
    """The same values on a device."""
    if isinstance(state, tuple):
        return tuple(moved(part, device) for part in state)  # type: ignore[misc]
    return None if state is None else state.to(device)
