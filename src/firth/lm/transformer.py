"""The Transformer as a language model: decoder-only, causal, over a sliding window of text."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from firth.errors import FirthError
from firth.lm.language_network import LanguageNetwork, State
from firth.params.transformer_params import TransformerParams

# Shapes: T tokens in each of B texts; K tokens that the state holds; T' = K + T; E: the width of the model
# (embedding_size); F: the width of the feed-forward layer (hidden_size); n heads of width D = E / n; C: context_size.


class Transformer(LanguageNetwork):
    """The decoder of Vaswani et al. (2017), without its attention to a source.

    A text has no end here, so each layer attends to a sliding window: a token, and the C − 1 tokens before it. With L
    layers a prediction depends on 1 + L · (C − 1) tokens. The state keeps what the next tokens attend to: the inputs of
    each layer at the last C − 1 tokens (Dai et al. 2019, section 3.2). Reading a text in pieces thus gives the same
    numbers as reading it at once, and gradients stop at the start of a piece.

    Deviations from Vaswani et al.: layer normalization comes before each sublayer and once at the end (pre-norm;
    Radford et al. 2019, section 2.3); the feed-forward layer has GELU in place of ReLU (the same); positions are
    relative: a learned bias for each head and distance (Raffel et al. 2020, section 2.1), where Vaswani et al. add
    sinusoids to the embeddings. Sinusoids would depend on where a text starts.

    Raises
    ------
    FirthError
        If the heads can't share the width of the model equally.
    """

    params: TransformerParams

    def __init__(self, network: str, vocabulary_size: int, params: TransformerParams) -> None:
        width = params.embedding_size
        if width % params.heads:
            raise FirthError(f"lm.heads = {params.heads}: must divide lm.embedding_size = {width}; change one of them")
        super().__init__(network, vocabulary_size, width, params)
        self.layers = nn.ModuleList(TransformerLayer(params) for _ in range(params.layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read tokens (T, B) from ``state`` on → the last layer (T, B, E), and the next state.

        The state holds one tensor (K, B, E) for each layer: the layer's inputs at the last K ≤ C − 1 tokens.
        """
        embedded = self.embed(tokens) * self.params.embedding_size**0.5  # (T, B, E); Vaswani et al., section 3.4
        hidden = F.dropout(embedded, self.params.input_dropout, self.training)
        new_state = []
        for number, layer in enumerate(self.layers):
            before = hidden[:0] if state is None else state[number]  # (K, B, E)
            assert isinstance(before, Tensor)
            inputs = torch.cat([before, hidden])  # (T', B, E)
            hidden = layer(inputs, len(tokens))  # (T, B, E)
            new_state.append(inputs[max(0, len(inputs) - self.params.context_size + 1) :])
        return self.norm(hidden), tuple(new_state)

    def output_dropout(self, hidden: Tensor) -> Tensor:
        """Dropout on the last layer (T, B, E)."""
        return F.dropout(hidden, self.params.output_dropout, self.training)


class TransformerLayer(nn.Module):
    """x + Attention(norm(x)), then x + FeedForward(norm(x)); hidden dropout on what is added to x."""

    def __init__(self, params: TransformerParams) -> None:
        super().__init__()
        width = params.embedding_size
        self.dropout = nn.Dropout(params.hidden_dropout)
        self.attention_norm = nn.LayerNorm(width)
        self.attention = CausalAttention(width, params.heads, params.context_size)
        self.feedforward_norm = nn.LayerNorm(width)
        self.feedforward = nn.Sequential(
            nn.Linear(width, params.hidden_size), nn.GELU(), nn.Linear(params.hidden_size, width)
        )

    def forward(self, inputs: Tensor, length: int) -> Tensor:
        """Inputs (T', B, E) → outputs at the last T = ``length`` tokens, (T, B, E)."""
        hidden = inputs[-length:]  # x: (T, B, E)
        hidden = hidden + self.dropout(self.attention(self.attention_norm(inputs), length))
        return hidden + self.dropout(self.feedforward(self.feedforward_norm(hidden)))  # (T, B, E)


class CausalAttention(nn.Module):
    """Scaled dot-product attention with n heads (Vaswani et al. 2017, section 3.2), over a sliding window.

    For each head, with queries Q, keys K and values V of width D: softmax(Q Kᵀ / √D + b) V, where b depends on the
    distance from the query's token to the key's alone, and is −∞ unless 0 ≤ distance < C.
    """

    def __init__(self, width: int, heads: int, context_size: int) -> None:
        super().__init__()
        self.heads, self.context_size = heads, context_size
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.distance_bias = nn.Parameter(torch.zeros(heads, context_size))  # (n, C)
        self.output = nn.Linear(width, width)

    def forward(self, inputs: Tensor, length: int) -> Tensor:
        """Inputs (T', B, E) → outputs at the last T = ``length`` tokens, (T, B, E)."""
        queries = self._split(self.query(inputs[-length:]))  # (B, n, T, D)
        keys, values = map(self._split, self.key_value(inputs).chunk(2, dim=2))  # (B, n, T', D) each
        scores = queries @ keys.mT / queries.shape[3] ** 0.5  # (B, n, T, T')
        weights = (scores + self._bias(length, len(inputs))).softmax(3)  # (B, n, T, T')
        attended = weights @ values  # (B, n, T, D)
        return self.output(attended.permute(2, 0, 1, 3).flatten(2))  # (T, B, E)

    def _split(self, vectors: Tensor) -> Tensor:
        """(T, B, E) → a part for each head, (B, n, T, D)."""
        return vectors.unflatten(2, (self.heads, -1)).permute(1, 2, 0, 3)

    def _bias(self, length: int, total: int) -> Tensor:
        """b for T queries and T' keys, the last T of which are at the queries' tokens: (n, T, T')."""
        positions = torch.arange(total, device=self.distance_bias.device)  # (T',)
        distance = positions[-length:, None] - positions  # (T, T')
        outside = (distance < 0) | (distance >= self.context_size)  # later tokens, and tokens too far back
        bias = self.distance_bias[:, distance.clamp(0, self.context_size - 1)]  # (n, T, T')
        return bias.masked_fill(outside, float("-inf"))
