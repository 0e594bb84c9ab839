"""The effective settings of one stage item: what ``settings/ITEM.json`` holds, and all that its stage may know.

The stage ``check`` writes the files from params.yaml with every override applied and only what the item uses, so that
a stage depends on its own settings alone. Section ``compute``, the hardware, is no part of them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, overload

from pydantic import TypeAdapter

from firth.params.compute_params import ComputeParams

Value = TypeVar("Value")


@dataclass(frozen=True)
class Settings:
    """What decides the result of one stage item, beside the data that it reads.

    Attributes
    ----------
    item : the stage and its arguments, joined by hyphens.
    values : the content of ``settings/ITEM.json``.
    code : the content of ``code/ITEM.txt``: digests of the code that the item can run.
    compute : the hardware, which does not decide the result.
    """

    item: str
    values: dict[str, Any]
    code: str
    compute: ComputeParams

    @property
    def seed(self) -> int:
        found: int = self.values["seed"]
        return found

    @property
    def threads(self) -> int:
        found: int = self.values["threads"]
        return found

    @property
    def precision(self) -> str:
        found: str = self.values["precision"]
        return found

    @overload
    def section(self, name: str, kind: type[Value]) -> Value: ...
    @overload
    def section(self, name: str, kind: Any) -> Any: ...
    def section(self, name: str, kind: Any) -> Any:
        """One section as a typed value: ``kind`` is a class of params, or any type that pydantic knows."""
        return TypeAdapter(kind).validate_python(self.values[name])

    def fingerprint(self, inputs: Iterable[Path]) -> str:
        """A name for this computation: its settings, its code, and the bytes of its inputs.

        Parameters
        ----------
        inputs : files, or folders that are read whole.
        """
        described = json.dumps({"item": self.item, "settings": self.values, "code": self.code}, sort_keys=True)
        digest = hashlib.sha256(described.encode())
        for path in _files(inputs):
            digest.update(f"\0{path.name}\0".encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]


def as_text(values: dict[str, Any]) -> str:
    """The content of ``settings/ITEM.json``."""
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
