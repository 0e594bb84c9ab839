"""What a question on the command line is answered with."""

from collections.abc import Callable
from typing import NamedTuple


class Answer(NamedTuple):
    """What the command line said: exit status, words of each line of its output, its errors."""

    status: object
    rows: list[list[str]]
    errors: str


Ask = Callable[..., Answer]
