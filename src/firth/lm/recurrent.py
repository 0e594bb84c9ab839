"""Recurrent language models: Elman network, GRU and LSTM, with the regularization of AWD-LSTM."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from firth.lm.network import LanguageNetwork, LayerState, State
from firth.params.lm import Cell, LmParams
from firth.training.dropout import locked_dropout

CELLS: dict[Cell, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
RECURRENT_WEIGHT = "weight_hh_l0"


class Recurrent(LanguageNetwork):
    """Elman network (tanh), GRU or LSTM over word embeddings.

    Elman (1990); Cho et al. (2014); Hochreiter & Schmidhuber (1997). An LSTM's forget gates start with bias 1
    (Jozefowicz et al. 2015). Regularization follows AWD-LSTM (Merity et al. 2017, section 4): dropout masks on inputs,
    between layers and on outputs are the same for a whole window, and single recurrent weights are dropped for a whole
    window (weight drop). As there, the last of several tied layers is as long as an embedding.
    """

    def __init__(self, cell: Cell, vocabulary_size: int, params: LmParams) -> None:
        sizes = [params.embedding_size, *[params.hidden_size] * params.layers]
        if params.tied_embeddings and params.layers > 1:
            sizes[-1] = params.embedding_size
        super().__init__(cell, vocabulary_size, sizes[-1], params)
        self.layers = nn.ModuleList(CELLS[cell](below, size) for below, size in pairwise(sizes))
        if cell == "lstm":
            with torch.no_grad():
                for layer, size in zip(self.layers, sizes[1:], strict=True):
                    layer.get_parameter("bias_ih_l0")[size : 2 * size] = 1.0
                    layer.get_parameter("bias_hh_l0")[size : 2 * size] = 0.0

    def train(self, mode: bool = True) -> "Recurrent":
        """Dropout on or off; the layers, which have none of their own, stay as cuDNN needs them for gradients."""
        super().train(mode)
        self.layers.train()
        return self

    def outputs(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) from ``state`` on; return the last layer's (T, B, H) and the state after T."""
        hidden = locked_dropout(self.embedded(tokens), self.params.input_dropout, self.training)  # (T, B, E)
        after: list[LayerState] = []
        for number, layer in enumerate(self.layers):
            if number:
                hidden = locked_dropout(hidden, self.params.hidden_dropout, self.training)
            weights = {}
            if self.training and self.params.weight_dropout:
                weights[RECURRENT_WEIGHT] = F.dropout(layer.get_parameter(RECURRENT_WEIGHT), self.params.weight_dropout)
            before = None if state is None else state[number]
            hidden, last = functional_call(layer, weights, (hidden, before))  # (T, B, H)
            after.append(last)
        return hidden, tuple(after)

    def dropped(self, hidden: Tensor) -> Tensor:
        """Locked dropout on the last layer (T, B, H)."""
        return locked_dropout(hidden, self.params.output_dropout, self.training)
