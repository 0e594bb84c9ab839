"""The feed-forward language model of Bengio et al. (2003)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from firth.lm.network import LanguageNetwork, State
from firth.params.lm import LmParams


class FeedForward(LanguageNetwork):
    """The network of Bengio et al. (2003), equation 1: y = b + W x + U tanh(d + H x).

    x is the embeddings of the last C words, the n − 1 before the predicted one, side by side. W, the direct connections
    from the embeddings to the output, may be left out; [U W] is one matrix here, which reads tanh(d + H x) and x side
    by side and, tied, is a projection and the input embeddings. Deviations from the paper: there may be several tanh
    layers, dropout before, between and after them, and U may be tied.
    """

    def __init__(self, vocabulary_size: int, params: LmParams) -> None:
        context = params.context_size * params.embedding_size
        length = params.hidden_size + (context if params.direct_connections else 0)
        super().__init__("feedforward", vocabulary_size, length, params)
        widths = [context, *[params.hidden_size] * params.layers]
        self.layers = nn.ModuleList(nn.Linear(wide, params.hidden_size) for wide in widths[:-1])

    def outputs(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) after the words of ``state``; return the last layer's (T, B, H) and the state after T.

        With direct connections the layer's values are followed by x: (T, B, H + C·E).
        """
        assert state is None or isinstance(state, Tensor)
        size = self.params.context_size
        words = tokens if state is None else torch.cat([state, tokens])  # (K + T, B) with K < C
        embedded = F.dropout(self.embedded(words), self.params.input_dropout, self.training)  # (K + T, B, E)
        before = size - 1 - (len(words) - len(tokens))
        embedded = F.pad(embedded, (0, 0, 0, 0, before, 0))  # (C − 1 + T, B, E), zeros where the text has not begun
        context = hidden = torch.cat([embedded[place : place + len(tokens)] for place in range(size)], 2)  # (T, B, C·E)
        for number, layer in enumerate(self.layers):
            if number:
                hidden = F.dropout(hidden, self.params.hidden_dropout, self.training)
            hidden = torch.tanh(layer(hidden))  # (T, B, H)
        if self.params.direct_connections:
            hidden = torch.cat([hidden, context], 2)
        return hidden, words[max(0, len(words) - size + 1) :]

    def dropped(self, hidden: Tensor) -> Tensor:
        """Dropout on the last layer; x, beside it, has had its own."""
        layer, context = hidden.tensor_split([self.params.hidden_size], 2)
        return torch.cat([F.dropout(layer, self.params.output_dropout, self.training), context], 2)
