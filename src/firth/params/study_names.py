"""What the studies compare, by name."""

from typing import Literal, get_args

Method = Literal["feedforward", "softmax", "negative_sampling"]  # ways to learn word vectors
Clipping = Literal["clipped", "unclipped"]  # of gradients
Reading = Literal["forward", "reversed", "attention"]  # how an encoder–decoder reads the source

METHODS: tuple[Method, ...] = get_args(Method)
CLIPPINGS: tuple[Clipping, ...] = get_args(Clipping)
READINGS: tuple[Reading, ...] = get_args(Reading)
