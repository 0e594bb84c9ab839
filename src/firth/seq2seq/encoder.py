"""The encoder: a recurrent network that reads the source.

Shapes: S source positions, B sentences, E embedding_size, H hidden_size.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from firth.kernels.packed_recurrence import State, read_packed
from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention
from firth.seq2seq.recurrent_layers import new_embedding, new_linear, new_recurrence
from firth.training.dropout import locked_dropout


class Encoder(nn.Module):
    """Reads the source forwards, backwards or in both directions, into a state of the decoder's size.

    A bidirectional encoder has two states, and two hidden states at each position. Linear layers map each two to one,
    followed by a tanh for hidden states (Bahdanau et al. 2015, section A.2.2).
    """

    def __init__(self, attention: Attention, vocabulary_size: int, settings: Seq2seqParams) -> None:
        super().__init__()
        self.reverse_source, self.dropout = settings.reverse_source, settings.dropout
        self.embedding = new_embedding(vocabulary_size, settings)
        self.recurrence = new_recurrence(settings, settings.bidirectional)
        size = settings.hidden_size
        parts = {"hidden": True, "cell": settings.cell == "lstm", "top": attention != "none"}
        self.joined = nn.ModuleDict(
            {part: new_linear(2 * size, size) for part, used in parts.items() if used and settings.bidirectional}
        )

    def forward(self, source: Tensor, lengths: Tensor) -> State:
        """Source (S, B), lengths (B,) ≥ 1 on the CPU → the state after the last token of each source, s_S."""
        return self._read(source, lengths)[1]

    def hidden_states(self, source: Tensor, lengths: Tensor) -> tuple[Tensor, State]:
        """Hidden states of the top layer at every source position, (S, B, H), zero on padding, and the last state."""
        outputs, state = self._read(source, lengths)
        if isinstance(outputs, PackedSequence):
            values = pad_packed_sequence(outputs, total_length=len(source))[0]  # (S, B, H), or (S, B, 2H) bidirectional
        else:
            values = outputs
        if self.reverse_source:
            values = reversed_columns(values, lengths.to(values.device))
        return self.joined["top"](values).tanh() if self.joined else values, state

    def _read(self, source: Tensor, lengths: Tensor) -> tuple[Tensor | PackedSequence, State]:
        if self.reverse_source:
            source = reversed_columns(source, lengths.to(source.device))
        embedded = locked_dropout(self.embedding(source), self.dropout, self.training)  # (S, B, E)
        outputs: Tensor | PackedSequence
        if int(lengths.min()) < len(source):
            outputs, state = read_packed(self.recurrence, pack_padded_sequence(embedded, lengths, enforce_sorted=False))
        else:
            outputs, state = self.recurrence(embedded)
        if not self.joined:
            return outputs, state
        if isinstance(state, tuple):
            hidden, cell = state
            return outputs, (
                self.joined["hidden"](_side_by_side(hidden)).tanh(),
                self.joined["cell"](_side_by_side(cell)),
            )
        return outputs, self.joined["hidden"](_side_by_side(state)).tanh()


def reversed_columns(values: Tensor, lengths: Tensor) -> Tensor:
    """Reverse the first ``lengths[b]`` rows of each column b; padding stays: values (S, B, …), lengths (B,)."""
    positions = torch.arange(len(values), device=values.device).unsqueeze(1)  # (S, 1)
    rows = torch.where(positions < lengths, lengths - 1 - positions, positions)  # (S, B)
    return values[rows, torch.arange(values.shape[1], device=values.device)]


def _side_by_side(state: Tensor) -> Tensor:
    """The states of both directions concatenated: (2 · layers, B, H) → (layers, B, 2H)."""
    return torch.cat([state[0::2], state[1::2]], -1)
