"""What all neural language models share: word embeddings at the bottom, a probability for every word at the top."""

import json
from abc import ABC, abstractmethod
from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from firth.params.lm import LmParams, Network
from firth.training.softmax import NO_TARGET, softmax_nats

# What a network knows of the text so far; None if the text has just begun.
# Recurrent: for each layer (1, B, H), or two of them for an LSTM: hidden, cell.
# Feed-forward: the last words that it can still see, (C − 1, B) ids, fewer if the text has just begun.
LayerState = Tensor | tuple[Tensor, Tensor]
State = Tensor | tuple[LayerState, ...] | None

ROWS = 64  # of a cluster's matrices are a multiple of this: matrices of every size would cut memory to pieces
EMBEDDING_RANGE = 0.1  # embeddings start uniform in ±0.1


class Output(nn.Module):
    """Scores b + U h of every word, where U is a matrix of its own or, tied, the input embeddings.

    Tying: Press & Wolf (2017); where h is not as long as an embedding, a projection stands between them.

    With ``cutoffs`` c₁ < c₂ < … the softmax has two levels (adaptive softmax, Grave et al. 2017): the c₁ most frequent
    words share the first with a symbol for each cluster of rarer words, c₁ to c₂ and so on, which have a softmax of
    their own, computed in training for just the places whose word is in it. Ids must be in order of frequency.
    Deviation from the paper: rarer words' vectors are as long as the others, so that they can be tied.
    """

    def __init__(
        self, vocabulary_size: int, length: int, embedding_size: int, tied: bool, cutoffs: list[int] | None = None
    ) -> None:
        super().__init__()
        self.bounds = [*(cutoff for cutoff in cutoffs or [] if cutoff < vocabulary_size), vocabulary_size]
        width = embedding_size if tied else length
        self.weight = None if tied else nn.Parameter(torch.empty(vocabulary_size, length))
        self.projection = nn.Linear(length, embedding_size, bias=False) if tied and length != embedding_size else None
        self.bias = nn.Parameter(torch.zeros(vocabulary_size))
        clusters = len(self.bounds) - 1
        self.clusters = nn.Linear(width, clusters) if clusters else None
        if self.weight is not None:
            nn.init.uniform_(self.weight, -EMBEDDING_RANGE, EMBEDDING_RANGE)
        if self.clusters is not None:
            nn.init.uniform_(self.clusters.weight, -EMBEDDING_RANGE, EMBEDDING_RANGE)
            nn.init.zeros_(self.clusters.bias)

    def log_probabilities(self, hidden: Tensor, embeddings: Tensor) -> Tensor:
        """Hidden layers (…, length) and input embeddings (V, E) → log P(word), (…, V)."""
        hidden, weight = self._scored(hidden, embeddings)
        first = F.linear(hidden, *self._head(weight)).log_softmax(-1)  # (…, c₁ + clusters)
        frequent = self.bounds[0]
        parts = [first[..., :frequent]]
        for cluster, (start, end) in enumerate(self._tails()):
            within = F.linear(hidden, weight[start:end], self.bias[start:end]).log_softmax(-1)
            parts.append(first[..., frequent + cluster, None] + within)
        return torch.cat(parts, -1)

    def nats(self, hidden: Tensor, embeddings: Tensor, targets: Tensor) -> Tensor:
        """−log P of the targets, (N,), after hidden layers (N, length); 0 where there is no target."""
        hidden, weight = self._scored(hidden, embeddings)
        head_targets, found = targets, []
        for cluster, (start, end) in enumerate(self._tails()):
            inside = (targets >= start) & (targets < end)
            head_targets = head_targets.masked_fill(inside, self.bounds[0] + cluster)
            places = inside.nonzero().flatten()
            padding = (0, -len(places) % ROWS)
            labels = F.pad(targets[places] - start, padding, value=NO_TARGET)
            places = F.pad(places, padding)
            found.append((places, softmax_nats(hidden[places], weight[start:end], self.bias[start:end], labels)))
        nats = softmax_nats(hidden, *self._head(weight), head_targets)
        for places, more in found:
            nats = nats.index_add(0, places, more)
        return nats

    def _scored(self, hidden: Tensor, embeddings: Tensor) -> tuple[Tensor, Tensor]:
        """What is multiplied: hidden layers as long as the words' vectors, and these."""
        if self.projection is not None:
            hidden = self.projection(hidden)  # (…, E)
        return hidden, embeddings if self.weight is None else self.weight

    def _head(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Weight and bias of the most frequent words, then of the clusters: (c₁ + clusters, …)."""
        if self.clusters is None:
            return weight, self.bias
        frequent = self.bounds[0]
        both = torch.cat([weight[:frequent], self.clusters.weight])
        return both, torch.cat([self.bias[:frequent], self.clusters.bias])

    def _tails(self) -> list[tuple[int, int]]:
        return list(pairwise(self.bounds))


class LanguageNetwork(nn.Module, ABC):
    """A language model as a function of its weights; how they are trained is the module's affair.

    Parameters
    ----------
    output_length : of what ``outputs`` returns for each place.

    Attributes
    ----------
    lead_in : tokens that are read before every text; none in a network that has not been trained.
    """

    def __init__(self, network: Network, vocabulary_size: int, output_length: int, params: LmParams) -> None:
        super().__init__()
        self.network, self.vocabulary_size, self.params = network, vocabulary_size, params
        self.lead_in: list[int] = []
        self.embedding = nn.Embedding(vocabulary_size, params.embedding_size)
        self.output = Output(
            vocabulary_size,
            output_length,
            params.embedding_size,
            params.tied_embeddings,
            params.adaptive_softmax_cutoffs,
        )
        nn.init.uniform_(self.embedding.weight, -EMBEDDING_RANGE, EMBEDDING_RANGE)

    @abstractmethod
    def outputs(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) from ``state`` on; return the last layer, (T, B, length), and the state after T."""

    def start(self, columns: int = 1) -> State:
        """The state that a text begins in, for B columns.

        Training carries the state from window to window, and so hardly ever shows a zero state to a network. One that
        has learned from millions of words reads its first sentence from there far worse than any other.
        """
        if not self.lead_in:
            return None
        tokens = torch.tensor(self.lead_in, device=self.embedding.weight.device)[:, None].expand(-1, columns)
        with torch.no_grad():
            return self.outputs(tokens)[1]

    @abstractmethod
    def dropped(self, hidden: Tensor) -> Tensor:
        """The last layer as the output layer gets it: in training, with some of it left out."""

    def forward(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """log P of every next token at every position: tokens (T, B) → (T, B, V), and the state after T."""
        hidden, state = self.outputs(tokens, state)
        return self.log_probabilities(self.dropped(hidden)), state

    def log_probabilities(self, hidden: Tensor) -> Tensor:
        """log P of every next token, (…, V), after the last layer (…, length)."""
        found: Tensor = self.output.log_probabilities(hidden, self.embedding.weight)
        return found

    def nats(self, hidden: Tensor, targets: Tensor) -> Tensor:
        """−log P of the targets (T, B) after the last layer (T, B, length); 0 where there is no target."""
        found: Tensor = self.output.nats(hidden.flatten(0, 1), self.embedding.weight, targets.flatten())
        return found.view(targets.shape)

    def embedded(self, tokens: Tensor) -> Tensor:
        """Embeddings (T, B, E); in training, some words are zero at all their places (Gal & Ghahramani 2016)."""
        weight = self.embedding.weight
        if self.training and self.params.embedding_dropout:
            weight = F.dropout(torch.ones_like(weight[:, :1]), self.params.embedding_dropout) * weight
        return F.embedding(tokens, weight)

    def save(self, folder: Path, **notes: object) -> None:
        """Write ``weights.safetensors`` and ``settings.json``, with ``notes`` beside the settings."""
        weights = {name: value.detach().cpu().contiguous() for name, value in self.state_dict().items()}
        save_file(weights, folder / "weights.safetensors")
        settings = {
            "network": self.network,
            "vocabulary_size": self.vocabulary_size,
            "params": self.params.model_dump(),
            "lead_in": self.lead_in,
        }
        text = json.dumps({**settings, **notes}, indent=2)
        (folder / "settings.json").write_text(text + "\n", encoding="utf-8")


def detached(state: State) -> State:
    """The same state, cut off from the graph that made it: gradients stop here (truncated BPTT)."""
    if isinstance(state, tuple):
        return tuple(detached(part) for part in state)  # type: ignore[misc]
    return None if state is None else state.detach()
