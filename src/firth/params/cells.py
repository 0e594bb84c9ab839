"""The cells of recurrent networks."""

from typing import Literal, get_args

Cell = Literal["rnn", "gru", "lstm"]

RECURRENT_NETWORKS: tuple[Cell, ...] = get_args(Cell)
