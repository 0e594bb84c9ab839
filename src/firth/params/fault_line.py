"""What a person reads when a value of ``params.yaml`` is refused."""

import re
from typing import Any

from firth.errors import shown


def fault_line(detail: Any, *section: str) -> str:
    """One line for one of pydantic's findings; tags of union members are not keys, so they are left out."""
    tags = {"named", "own", "splits", "parallel", "catalog"}
    parts = (str(part) for part in detail["loc"] if part not in tags)
    key = ".".join([*section, *(part for part in parts if not re.search(r"\[|^constrained-", part))])
    kind, message = detail["type"], detail["msg"]
    if kind == "extra_forbidden":
        return f"{shown(key)}: unknown key; remove it or correct its spelling"
    if kind == "missing":
        return f"{key}: missing; add it (`firth preset world --show` explains every key)"
    if kind == "value_error":
        message = str(detail["ctx"]["error"])
        return f"{key}: {message}" if key else message
    value = shown(repr(detail["input"]))
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"{key} = {value}: must be a section of keys, as `firth preset world --show` shows"
    return f"{key} = {value}: {message[0].lower()}{message[1:]}"
