"""The layers of which encoder and decoder are made, and how their weights are initialized.

Shapes: B sentences, E embedding_size, H hidden_size, V vocabulary size.
"""

import torch
from torch import Tensor, nn

from firth.kernels.packed_recurrence import State
from firth.params.cells import Cell
from firth.params.seq2seq_params import Seq2seqParams

RECURRENCES: dict[Cell, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
FORGET_GATE_BIAS = 1.0  # Jozefowicz et al. (2015)
EMBEDDING_DEVIATION = 0.1  # standard deviation of random embeddings


def new_linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer with Xavier-uniform weights and zero bias."""
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def new_embedding(vocabulary_size: int, settings: Seq2seqParams) -> nn.Embedding:
    """Embeddings (V, E) from a normal distribution."""
    embedding = nn.Embedding(vocabulary_size, settings.embedding_size)
    nn.init.normal_(embedding.weight, std=EMBEDDING_DEVIATION)
    return embedding


def new_recurrence(settings: Seq2seqParams, bidirectional: bool = False) -> nn.RNNBase:
    """A recurrence E → H with orthogonal recurrent weights, gate by gate, and gates that are biased to remember."""
    size, layers = settings.hidden_size, settings.layers
    between = settings.dropout if layers > 1 else 0.0
    kind = RECURRENCES[settings.cell]
    recurrence = kind(settings.embedding_size, size, layers, dropout=between, bidirectional=bidirectional)
    remembering = {"rnn": None, "gru": 1, "lstm": 1}[settings.cell]  # torch's order: r, z, n and i, f, g, o
    for name, parameter in recurrence.named_parameters():
        if "bias" in name:
            nn.init.zeros_(parameter)
            if remembering is not None and "bias_ih" in name:
                with torch.no_grad():
                    parameter[remembering * size : (remembering + 1) * size] = FORGET_GATE_BIAS
        else:
            for gate in parameter.chunk(len(parameter) // size):
                (nn.init.orthogonal_ if "weight_hh" in name else nn.init.xavier_uniform_)(gate.data)
    return recurrence


def top_hidden(state: State) -> Tensor:
    """The hidden state of the top layer: state → (B, H)."""
    return (state[0] if isinstance(state, tuple) else state)[-1]
