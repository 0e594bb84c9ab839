from collections.abc import Callable

import pytest
import torch

from firth.params.seq2seq_params import Seq2seqParams
from firth.params.task_names import Attention
from firth.seq2seq.encoder import Encoder, reversed_columns
from firth.seq2seq.recurrent_layers import top_hidden

Settings = Callable[..., Seq2seqParams]
CELLS = ["rnn", "gru", "lstm"]


def build(settings: Seq2seqParams, seed: int = 0, attention: Attention = "none") -> Encoder:
    torch.manual_seed(seed)
    encoder = Encoder(attention, 9, settings).double()
    for parameter in encoder.parameters():  # nothing at zero, so that every weight takes part
        parameter.data = torch.randn_like(parameter) * 0.5
    return encoder.eval()


@pytest.mark.parametrize("cell", CELLS)
def test_recurrence_follows_the_equations_of_the_cell(settings: Settings, cell: str) -> None:
    encoder = build(settings(cell=cell))
    recurrence = encoder.recurrence
    step = {"rnn": torch.nn.RNNCell, "gru": torch.nn.GRUCell, "lstm": torch.nn.LSTMCell}[cell](3, 4).double()
    step.load_state_dict({name.removesuffix("_l0"): value for name, value in recurrence.state_dict().items()})
    state = None
    for token in (8, 2, 6):
        state = step(encoder.embedding(torch.tensor([token])), state)
    expected = state[0] if isinstance(state, tuple) else state
    torch.testing.assert_close(top_hidden(encoder(torch.tensor([[8], [2], [6]]), torch.tensor([3]))), expected)


def test_reversal_leaves_padding_where_it_is() -> None:
    tokens = torch.tensor([[3, 3, 3], [4, 4, 2], [5, 2, 2], [6, 2, 2]])
    expected = [[6, 4, 3], [5, 3, 2], [4, 2, 2], [3, 2, 2]]
    assert reversed_columns(tokens, torch.tensor([4, 2, 1])).tolist() == expected


def test_reading_backwards_is_reading_the_reversed_source(settings: Settings) -> None:
    forwards, backwards = build(settings(reverse_source=False)), build(settings(reverse_source=True))
    one = forwards(torch.tensor([[5], [4], [3]]), torch.tensor([3]))
    other = backwards(torch.tensor([[3], [4], [5], [2]]), torch.tensor([3]))
    torch.testing.assert_close(one, other)


@pytest.mark.parametrize("cell", CELLS)
def test_a_bidirectional_encoder_joins_the_states_of_both_directions(settings: Settings, cell: str) -> None:
    encoder = build(settings(cell=cell, bidirectional=True), attention="dot")
    source, lengths = torch.tensor([[3, 4], [5, 6], [7, 2]]), torch.tensor([3, 2])
    ways = []
    for suffix, reverse_source in (("", False), ("_reverse", True)):
        way = build(settings(cell=cell, reverse_source=reverse_source))
        way.embedding.load_state_dict(encoder.embedding.state_dict())
        weights = {name: encoder.recurrence.get_parameter(name + suffix) for name in way.recurrence.state_dict()}
        way.recurrence.load_state_dict(weights)
        ways.append(way.hidden_states(source, lengths))
    (one, first), (other, second) = ways
    joined = encoder.joined
    values, state = encoder.hidden_states(source, lengths)
    torch.testing.assert_close(values[:2], joined["top"](torch.cat([one, other], -1)).tanh()[:2])
    hidden = torch.cat([top_hidden(first), top_hidden(second)], -1)
    torch.testing.assert_close(top_hidden(state), joined["hidden"](hidden).tanh())
    if cell == "lstm":
        torch.testing.assert_close(state[1][0], joined["cell"](torch.cat([first[1][0], second[1][0]], -1)))
