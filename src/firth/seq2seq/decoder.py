"""The decoder: a recurrent network that writes the target.

Shapes: T target positions, B sentences, N positions without padding, E embedding_size, H hidden_size, V vocabulary
size.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from firth.kernels.fused_softmax import softmax_negative_log_likelihood
from firth.kernels.packed_recurrence import State
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention
from firth.seq2seq.attention import AttentionLayer, Memory
from firth.seq2seq.recurrent_layers import new_embedding, new_recurrence
from firth.training.dropout import locked_dropout


class Decoder(nn.Module):
    """A recurrence over the target words so far, attention if there is any, and the output layer.

    The output layer is a projection of the top layer to the size of an embedding, and the target embeddings (tied
    embeddings, Press & Wolf 2017): learned in fewer steps than a separate matrix, and cheaper to multiply with.
    """

    def __init__(self, attention: Attention, vocabulary_size: int, settings: Seq2seqParams) -> None:
        super().__init__()
        self.dropout = settings.dropout
        self.embedding = new_embedding(vocabulary_size, settings)
        self.recurrence = new_recurrence(settings)
        self.attention = None if attention == "none" else AttentionLayer(attention, settings.hidden_size)
        self.projection = nn.Linear(settings.hidden_size, settings.embedding_size, bias=False)
        self.bias = nn.Parameter(torch.zeros(vocabulary_size))
        nn.init.xavier_uniform_(self.projection.weight)

    def forward(self, target: Tensor, state: State) -> tuple[Tensor, State]:
        """Read target words (T, B) from ``state`` on → hidden states (T, B, H), and the state after the last word."""
        embedded = locked_dropout(self.embedding(target), self.dropout, self.training)  # (T, B, E)
        hidden, state = self.recurrence(embedded, state)  # (T, B, H)
        return hidden, state

    def top(self, hidden: Tensor, memory: Memory | None) -> Tensor:
        """The layer from which words are predicted, (T, B, H): attentional, or without attention the hidden states."""
        if self.attention is None or memory is None:
            return hidden
        attentional: Tensor = self.attention(hidden, memory)
        return attentional

    def logits(self, top: Tensor) -> Tensor:
        """Logits of the next word: top layer (…, H) → (…, V)."""
        return linear(self.projection(top), self.embedding.weight, self.bias)

    def negative_log_likelihood(self, top: Tensor, labels: Tensor, label_smoothing: float) -> Tensor:
        """−ln p of the labels (N,), smoothed, in nats, given the top layer (N, H) → (N,)."""
        return softmax_negative_log_likelihood(
            self.projection(top), self.embedding.weight, self.bias, labels, label_smoothing
        )
