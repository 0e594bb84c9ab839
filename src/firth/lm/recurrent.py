"""Recurrent language models: Elman network, GRU and LSTM, with the regularization of AWD-LSTM."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from firth.lm.language_network import LanguageNetwork, LayerState, State
from firth.params.cells import Cell
from firth.params.lm_params import RecurrentParams
from firth.training.dropout import locked_dropout

CELLS: dict[Cell, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
RECURRENT_WEIGHT = "weight_hh_l0"  # PyTorch's name of the matrix from the last hidden state to the next


class Recurrent(LanguageNetwork):
    """Elman network (tanh), GRU or LSTM over word embeddings.

    Elman (1990); Cho et al. (2014); Hochreiter & Schmidhuber (1997). An LSTM's forget gates start with bias 1
    (Jozefowicz et al. 2015). Regularization follows AWD-LSTM (Merity et al. 2017, section 4): the dropout masks on
    inputs, between layers and on outputs are the same at all positions of a window (locked dropout), and so is the
    mask on the recurrent weights (weight dropout). As in AWD-LSTM, the last of several tied layers is as long as an
    embedding.
    """

    params: RecurrentParams

    def __init__(self, network: Cell, vocabulary_size: int, params: RecurrentParams) -> None:
        sizes = [params.embedding_size, *[params.hidden_size] * params.layers]
        if params.tied_embeddings and params.layers > 1:
            sizes[-1] = params.embedding_size
        super().__init__(network, vocabulary_size, sizes[-1], params)
        self.layers = nn.ModuleList(CELLS[network](below, size) for below, size in pairwise(sizes))
        if network == "lstm":
            with torch.no_grad():
                for layer, size in zip(self.layers, sizes[1:], strict=True):
                    layer.get_parameter("bias_ih_l0")[size : 2 * size] = 1.0  # the forget gate is the second of four
                    layer.get_parameter("bias_hh_l0")[size : 2 * size] = 0.0

    def train(self, mode: bool = True) -> "Recurrent":
        """Switch dropout on or off; the layers have none and stay in training mode, as cuDNN needs for gradients."""
        super().train(mode)
        self.layers.train()
        return self

    def forward(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) from ``state`` on → the hidden states of the last layer (T, B, H), and the last state."""
        hidden = locked_dropout(self.embed(tokens), self.params.input_dropout, self.training)  # (T, B, E)
        new_state: list[LayerState] = []
        for number, layer in enumerate(self.layers):
            if number:
                hidden = locked_dropout(hidden, self.params.hidden_dropout, self.training)
            weights = {}
            if self.training and self.params.weight_dropout:
                weights[RECURRENT_WEIGHT] = F.dropout(layer.get_parameter(RECURRENT_WEIGHT), self.params.weight_dropout)
            before = None if state is None else state[number]  # (1, B, H); LSTM: hidden state and cell state
            hidden, after = functional_call(layer, weights, (hidden, before))  # (T, B, H), (1, B, H)
            new_state.append(after)
        return hidden, tuple(new_state)

    def output_dropout(self, hidden: Tensor) -> Tensor:
        """Locked dropout on the last layer (T, B, H)."""
        return locked_dropout(hidden, self.params.output_dropout, self.training)
