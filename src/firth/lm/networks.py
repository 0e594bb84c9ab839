"""Recurrent language models: Elman network, GRU and LSTM, alike in all but the cell."""

import json
from pathlib import Path

import numpy as np
import torch
from gensim.models import KeyedVectors
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from firth.errors import FirthError
from firth.params.lm import LmParams, Network

State = Tensor | tuple[Tensor, Tensor] | None  # (layers, B, H); two for an LSTM; None is zeros

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
EMBEDDING_RANGE = 0.1  # embeddings start uniform in ±0.1


class Recurrent(nn.Module):
    """Elman network (tanh), GRU or LSTM over word embeddings, with dropout before, between and after the layers.

    Elman (1990); Cho et al. (2014); Hochreiter & Schmidhuber (1997); dropout: Zaremba et al. (2014); tied input and
    output embeddings, with a projection between them if their sizes differ: Press & Wolf (2017). An LSTM's forget gates
    start with bias 1 (Jozefowicz et al. 2015).
    """

    def __init__(
        self,
        network: Network,
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
            "network": network,
            "vocabulary_size": vocabulary_size,
            "embedding_size": embedding_size,
            "hidden_size": hidden_size,
            "layers": layers,
            "dropout": dropout,
            "tied_embeddings": tied_embeddings,
        }
        self.dropout = dropout
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cells = CELLS[network](embedding_size, hidden_size, layers, dropout=dropout if layers > 1 else 0.0)
        self.own_output = None if tied_embeddings else nn.Parameter(torch.empty(vocabulary_size, hidden_size))
        tied_apart = tied_embeddings and hidden_size != embedding_size
        self.projection = nn.Linear(hidden_size, embedding_size, bias=False) if tied_apart else None
        self.output_bias = nn.Parameter(torch.zeros(vocabulary_size))
        nn.init.uniform_(self.embedding.weight, -EMBEDDING_RANGE, EMBEDDING_RANGE)
        if self.own_output is not None:
            nn.init.uniform_(self.own_output, -EMBEDDING_RANGE, EMBEDDING_RANGE)
        if network == "lstm":
            with torch.no_grad():
                for layer in range(layers):
                    getattr(self.cells, f"bias_ih_l{layer}")[hidden_size : 2 * hidden_size] = 1.0
                    getattr(self.cells, f"bias_hh_l{layer}")[hidden_size : 2 * hidden_size] = 0.0

    @property
    def output_embedding(self) -> Tensor:
        """The weights (V, H) that score words, or (V, E) if tied: the input embeddings themselves."""
        return self.embedding.weight if self.own_output is None else self.own_output

    def outputs(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) from ``state`` on; return the last layer's (T, B, H) and the state after T."""
        embedded = F.dropout(self.embedding(tokens), self.dropout, self.training)  # (T, B, E)
        hidden, state = self.cells(embedded, state)  # (T, B, H)
        return F.dropout(hidden, self.dropout, self.training), state

    def forward(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Score the next token at every position: tokens (T, B) → logits (T, B, V), and the state after T."""
        hidden, state = self.outputs(tokens, state)
        return self.logits(hidden), state

    def logits(self, hidden: Tensor) -> Tensor:
        """Scores (…, V) of the next token after hidden layers (…, H)."""
        if self.projection is not None:
            hidden = self.projection(hidden)  # (…, E)
        return F.linear(hidden, self.output_embedding, self.output_bias)

    def save(self, folder: Path, **notes: object) -> None:
        """Write ``weights.safetensors`` and ``settings.json``, with ``notes`` beside the settings."""
        weights = {name: value.detach().cpu().contiguous() for name, value in self.state_dict().items()}
        save_file(weights, folder / "weights.safetensors")
        text = json.dumps({**self.settings, **notes}, indent=2)
        (folder / "settings.json").write_text(text + "\n", encoding="utf-8")


def build(network: Network, vocabulary_size: int, params: LmParams) -> Recurrent:
    """The network that a params section describes, with random weights from torch's generator."""
    return Recurrent(
        network,
        vocabulary_size,
        embedding_size=params.embedding_size,
        hidden_size=params.hidden_size,
        layers=params.layers,
        dropout=params.dropout,
        tied_embeddings=params.tied_embeddings,
    )


def load(folder: Path) -> Recurrent:
    """Rebuild a trained network from ``weights.safetensors`` and ``settings.json``, ready for use (no dropout)."""
    settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    names = ("embedding_size", "hidden_size", "layers", "dropout", "tied_embeddings")
    network = Recurrent(settings["network"], settings["vocabulary_size"], **{name: settings[name] for name in names})
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    return network.eval()


def detached(state: State) -> State:
    """The same state, cut off from the graph that made it: gradients stop here (truncated BPTT)."""
    if isinstance(state, tuple):
        return state[0].detach(), state[1].detach()
    return None if state is None else state.detach()


def initialize_embeddings(network: Recurrent, tokens: list[str], vectors: KeyedVectors, source: str) -> float:
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
