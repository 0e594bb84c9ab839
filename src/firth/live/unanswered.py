"""What the page says where a question, or one model, has no answer."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

from firth.errors import FirthError
from firth.failures import is_fault, message

NOT_FINITE = "its numbers are NaN or infinite; train it again with a smaller learning rate"


def reason(error: Exception) -> str:
    """Why there is no answer, in one line; the traceback of a fault of the program stands in the terminal."""
    if isinstance(error, FirthError):
        return " ".join(str(error).splitlines())
    if is_fault(error):
        traceback.print_exception(error, file=sys.stderr)
        return f"a fault of the program ({type(error).__name__}); the terminal shows it"
    return message(error).removeprefix("error: ")


def or_error(question: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer to a question as JSON data; if there is none, ``error``, which says why.

    Whatever fails, other questions keep their answers.
    """
    try:
        answer = question()
        if not _is_finite(answer):
            raise FirthError(NOT_FINITE)
        return answer
    except Exception as error:
        return {"error": reason(error)}


def _is_finite(answer: dict[str, Any]) -> bool:
    """Whether JSON data hold neither NaN nor infinity, which JSON lacks."""
    try:
        json.dumps(answer, allow_nan=False)
    except ValueError:
        return False
    return True
