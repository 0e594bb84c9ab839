"""What the command line answers."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple


class CommandAnswer(NamedTuple):
    """Exit status, words of each line of the output, errors."""

    status: object
    rows: list[list[str]]
    errors: str


Ask = Callable[..., CommandAnswer]


def parsed(answer: CommandAnswer) -> list[Any]:
    """The output as JSON, an object a line."""
    return [json.loads(" ".join(row)) for row in answer.rows]
