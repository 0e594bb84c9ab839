"""Neural language models: the feed-forward network, and the Elman network, GRU and LSTM, alike in all but the cell."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from firth.errors import FirthError
from firth.params.lm import Cell, LmParams, Network

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

# What a network knows of the text so far. Recurrent: (layers, B, H), two of them for an LSTM; None is zeros.
# Feed-forward: the last words that it can still see, (C − 1, B) ids, fewer if the text has just begun; None is none.
State = Tensor | tuple[Tensor, Tensor] | None

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
EMBEDDING_RANGE = 0.1  # embeddings start uniform in ±0.1


class Output(nn.Module):
    """A score for every word: b + U h, where U is a matrix of its own or, tied, the input embeddings.

    Tying: Press & Wolf (2017); where h is not as long as an embedding, a projection stands between them.
    """

    def __init__(self, vocabulary_size: int, length: int, embedding_size: int, tied: bool) -> None:
        super().__init__()
        self.weight = None if tied else nn.Parameter(torch.empty(vocabulary_size, length))
        self.projection = nn.Linear(length, embedding_size, bias=False) if tied and length != embedding_size else None
        self.bias = nn.Parameter(torch.zeros(vocabulary_size))
        if self.weight is not None:
            nn.init.uniform_(self.weight, -EMBEDDING_RANGE, EMBEDDING_RANGE)

    def forward(self, hidden: Tensor, embeddings: Tensor) -> Tensor:
        """Hidden layers (…, length) and input embeddings (V, E) → logits (…, V)."""
        if self.projection is not None:
            hidden = self.projection(hidden)  # (…, E)
        return F.linear(hidden, embeddings if self.weight is None else self.weight, self.bias)


class LanguageNetwork(nn.Module, ABC):
    """What all networks have: word embeddings at the bottom and a score for every word at the top."""

    settings: dict[str, Any]  # what rebuilds the network
    embedding: nn.Embedding
    output: Output

    @abstractmethod
    def outputs(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) from ``state`` on; return what ``logits`` takes, (T, B, …), and the state after T."""

    def forward(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Score the next token at every position: tokens (T, B) → logits (T, B, V), and the state after T."""
        hidden, state = self.outputs(tokens, state)
        return self.logits(hidden), state

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores (…, V) of the next token after what ``outputs`` gave."""
        scores: Tensor = self.output(hidden, self.embedding.weight)
        return scores

    def save(self, folder: Path, **notes: object) -> None:
        """Write ``weights.safetensors`` and ``settings.json``, with ``notes`` beside the settings."""
        weights = {name: value.detach().cpu().contiguous() for name, value in self.state_dict().items()}
        save_file(weights, folder / "weights.safetensors")
        text = json.dumps({**self.settings, **notes}, indent=2)
        (folder / "settings.json").write_text(text + "\n", encoding="utf-8")


class FeedForward(LanguageNetwork):
    """The network of Bengio et al. (2003), equation 1: y = b + W x + U tanh(d + H x).

    x is the embeddings of the last C words, the n − 1 before the predicted one, side by side. W, the direct connections
    from the embeddings to the output, may be left out; [U W] is one matrix here, which reads tanh(d + H x) and x side
    by side and, tied, is a projection and the input embeddings. Deviations from the paper: there may be several tanh
    layers, dropout before, between and after them, and U may be tied.
    """

    def __init__(
        self,
        vocabulary_size: int,
        *,
        embedding_size: int,
        hidden_size: int,
        layers: int = 1,
        dropout: float = 0.0,
        tied_embeddings: bool = False,
        context_size: int,
        direct_connections: bool = False,
    ) -> None:
        super().__init__()
        self.settings = {
            "network": "feedforward",
            "vocabulary_size": vocabulary_size,
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "layers": layers,
            "dropout": dropout,
            "tied_embeddings": tied_embeddings,
            "context_size": context_size,
            "direct_connections": direct_connections,
        }
        self.dropout, self.context_size, self.direct_connections = dropout, context_size, direct_connections
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        context = context_size * embedding_size
        widths = [context, *[hidden_size] * layers]
        self.layers = nn.ModuleList(nn.Linear(wide, hidden_size) for wide in widths[:-1])
        length = hidden_size + (context if direct_connections else 0)
        self.output = Output(vocabulary_size, length, embedding_size, tied_embeddings)
        nn.init.uniform_(self.embedding.weight, -EMBEDDING_RANGE, EMBEDDING_RANGE)

    def outputs(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) after the words of ``state``; return the last layer's (T, B, H) and the state after T.

        With direct connections the layer's values are followed by x: (T, B, H + C·E).
        """
        assert state is None or isinstance(state, Tensor)
        words = tokens if state is None else torch.cat([state, tokens])  # (K + T, B) with K < C
        embedded = F.dropout(self.embedding(words), self.dropout, self.training)  # (K + T, B, E)
        before = self.context_size - 1 - (len(words) - len(tokens))
        embedded = F.pad(embedded, (0, 0, 0, 0, before, 0))  # (C − 1 + T, B, E), zeros where the text has not begun
        contexts = [embedded[place : place + len(tokens)] for place in range(self.context_size)]
        context = hidden = torch.cat(contexts, 2)  # (T, B, C·E), the last word last
        for layer in self.layers:
            hidden = F.dropout(torch.tanh(layer(hidden)), self.dropout, self.training)  # (T, B, H)
        if self.direct_connections:
            hidden = torch.cat([hidden, context], 2)
        return hidden, words[max(0, len(words) - self.context_size + 1) :]


class Recurrent(LanguageNetwork):
    """Elman network (tanh), GRU or LSTM over word embeddings, with dropout before, between and after the layers.

    Elman (1990); Cho et al. (2014); Hochreiter & Schmidhuber (1997); dropout: Zaremba et al. (2014). An LSTM's forget
    gates start with bias 1 (Jozefowicz et al. 2015).
    """

    def __init__(
        self,
        cell: Cell,
        vocabulary_size: int,
        *,
        embedding_size: int,
        hidden_size: int,
        layers: int = 1,
        dropout: float = 0.0,
        tied_embeddings: bool = False,
    ) -> None:
        super().__init__()
        self.settings = {
            "network": cell,
            "vocabulary_size": vocabulary_size,
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "layers": layers,
            "dropout": dropout,
            "tied_embeddings": tied_embeddings,
        }
        self.dropout = dropout
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cells = CELLS[cell](embedding_size, hidden_size, layers, dropout=dropout if layers > 1 else 0.0)
        self.output = Output(vocabulary_size, hidden_size, embedding_size, tied_embeddings)
        nn.init.uniform_(self.embedding.weight, -EMBEDDING_RANGE, EMBEDDING_RANGE)
        if cell == "lstm":
            with torch.no_grad():
                for layer in range(layers):
                    getattr(self.cells, f"bias_ih_l{layer}")[hidden_size : 2 * hidden_size] = 1.0
                    getattr(self.cells, f"bias_hh_l{layer}")[hidden_size : 2 * hidden_size] = 0.0

    def outputs(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) from ``state`` on; return the last layer's (T, B, H) and the state after T."""
        embedded = F.dropout(self.embedding(tokens), self.dropout, self.training)  # (T, B, E)
        hidden, state = self.cells(embedded, state)  # (T, B, H)
        return F.dropout(hidden, self.dropout, self.training), state


def build(network: Network, vocabulary_size: int, params: LmParams) -> LanguageNetwork:
    """The network that a params section describes, with random weights from torch's generator."""
    return _construct(network, vocabulary_size, params.model_dump())


def load(folder: Path) -> LanguageNetwork:
    """Rebuild a trained network from ``weights.safetensors`` and ``settings.json``, ready for use (no dropout)."""
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    network = _construct(settings["network"], settings["vocabulary_size"], settings)
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    return network.eval()


def detached(state: State) -> State:
    """The same state, cut off from the graph that made it: gradients stop here (truncated BPTT)."""
    if isinstance(state, tuple):
        return state[0].detach(), state[1].detach()
    return None if state is None else state.detach()


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


def _construct(network: Network, vocabulary_size: int, settings: Mapping[str, Any]) -> LanguageNetwork:
    names = ("embedding_size", "hidden_size", "layers", "dropout", "tied_embeddings")
    shared = {name: settings[name] for name in names}
    if network != "feedforward":
        return Recurrent(network, vocabulary_size, **shared)
    own = {name: settings[name] for name in ("context_size", "direct_connections")}
    return FeedForward(vocabulary_size, **shared, **own)
