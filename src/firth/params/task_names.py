"""The tasks of encoder–decoders, and the kinds of attention."""

from typing import Literal, get_args

Task = Literal["translation", "qa"]
Attention = Literal["none", "additive", "dot", "general"]

TASKS: tuple[Task, ...] = get_args(Task)
ATTENTIONS: tuple[Attention, ...] = get_args(Attention)
