"""What the command line answers."""

from collections.abc import Callable
from typing import NamedTuple


class CommandAnswer(NamedTuple):
    """Exit status, words of each line of the output, errors."""

    status: object
    rows: list[list[str]]
    errors: str


Ask = Callable[..., CommandAnswer]
