"""The feed-forward language model of Bengio et al. (2003)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from firth.lm.language_network import LanguageNetwork, State
from firth.params.lm_params import FeedForwardParams


class FeedForward(LanguageNetwork):
    """The network of Bengio et al. (2003), equation 1: y = b + W x + U tanh(d + H x).

    x is the concatenation of the embeddings of the last C words (C = n − 1 in an n-gram's terms). W, the direct
    connections from the embeddings to the output, may be left out. [U W] is one matrix here, applied to the
    concatenation of tanh(d + H x) and x; tied, it is a projection followed by the input embeddings. Deviations from the
    paper: there may be several tanh layers, dropout on the input, between layers and on the last layer, and U may be
    tied.
    """

    params: FeedForwardParams

    def __init__(self, network: str, vocabulary_size: int, params: FeedForwardParams) -> None:
        context_length = params.context_size * params.embedding_size  # C · E
        output_size = params.hidden_size + (context_length if params.direct_connections else 0)
        super().__init__(network, vocabulary_size, output_size, params)
        input_sizes = [context_length, *[params.hidden_size] * params.layers]
        self.layers = nn.ModuleList(nn.Linear(size, params.hidden_size) for size in input_sizes[:-1])

    def forward(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) after the K words of ``state`` → the last layer (T, B, H), and the last C − 1 words.

        With direct connections x is appended to the last layer: (T, B, H + C · E).
        """
        assert state is None or isinstance(state, Tensor)
        context_size, length = self.params.context_size, len(tokens)
        words = tokens if state is None else torch.cat([state, tokens])  # (K + T, B) with K < C
        embedded = F.dropout(self.embed(words), self.params.input_dropout, self.training)  # (K + T, B, E)
        missing = context_size - 1 - (len(words) - length)  # positions before the start of the text: zero vectors
        embedded = F.pad(embedded, (0, 0, 0, 0, missing, 0))  # (C − 1 + T, B, E)
        context = torch.cat([embedded[i : i + length] for i in range(context_size)], 2)  # x: (T, B, C · E)
        hidden = context
        for number, layer in enumerate(self.layers):
            if number:
                hidden = F.dropout(hidden, self.params.hidden_dropout, self.training)
            hidden = torch.tanh(layer(hidden))  # (T, B, H)
        if self.params.direct_connections:
            hidden = torch.cat([hidden, context], 2)  # (T, B, H + C · E)
        return hidden, words[max(0, len(words) - context_size + 1) :]

    def output_dropout(self, hidden: Tensor) -> Tensor:
        """Dropout on the last tanh layer; x, appended to it, has already had input dropout."""
        layer, context = hidden.tensor_split([self.params.hidden_size], 2)  # (T, B, H), (T, B, C · E or 0)
        return torch.cat([F.dropout(layer, self.params.output_dropout, self.training), context], 2)
