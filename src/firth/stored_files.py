"""Files that stages have written, checked when they are read: a damaged one gives one line that says what to do.

pydantic is imported where it is used: it takes longer than some questions.
"""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np

from firth.errors import FirthError, shown
from firth.workspace import build_command, model_stage, require

if TYPE_CHECKING:
    from pydantic import ValidationError

Value = TypeVar("Value")


def damaged(path: Path, fault: str, stage: str) -> FirthError:
    """The error of a file, or a folder, that is not as its stage writes it; without a stage, of any stage."""
    return FirthError(f"{path}: {fault}; build it again with `{build_command(stage)}`")


def check_vocabulary(folder: Path, of_model: int, present: int) -> None:
    """Refuse a model that was trained on a vocabulary of another size than the present one.

    Raises
    ------
    FirthError
        If the sizes differ.
    """
    if of_model != present:
        fault = f"was trained on a vocabulary of {of_model:,} tokens, and now there are {present:,}"
        raise damaged(folder, fault, model_stage(folder))


def read_text(path: Path, stage: str) -> str:
    """Read a UTF-8 file; lines end as they are written there.

    Raises
    ------
    FirthError
        If the file doesn't exist or is not UTF-8.
    """
    try:
        return require(path, stage).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise damaged(path, f"not UTF-8 (byte {error.start})", stage) from None


def read_json_object(path: Path, stage: str) -> dict[str, Any]:
    """Read a JSON file that holds an object, whatever its values.

    Raises
    ------
    FirthError
        If the file doesn't exist, is not JSON, or holds a value of another kind.
    """
    try:
        content = json.loads(read_text(path, stage))
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"damaged or of another version (Invalid JSON: {shown(str(error))})", stage) from None
    if not isinstance(content, dict):
        raise damaged(path, "damaged or of another version (no JSON object)", stage)
    return content


@overload
def read_json(path: Path, kind: type[Value], stage: str) -> Value: ...
@overload
def read_json(path: Path, kind: Any, stage: str) -> Any: ...
def read_json(path: Path, kind: Any, stage: str) -> Any:
    """Read a JSON file as a typed value: ``kind`` is a dataclass, or any other type that pydantic knows.

    Raises
    ------
    FirthError
        If the file doesn't exist, is not JSON, or holds a value of another kind.
    """
    return parse_json(require(path, stage).read_bytes(), kind, path, stage)


def parse_json(content: bytes, kind: Any, path: Path, stage: str) -> Any:
    """The content of a JSON file that has been read, as a typed value; errors as for ``read_json``."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_json(content, strict=True)
    except ValidationError as error:
        raise damaged(path, f"damaged or of another version ({kind_fault(error)})", stage) from None


def kind_fault(error: "ValidationError") -> str:
    """The first fault of a value of another kind: the place in it, and what is wrong there."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return shown(f"{place}: {first['msg']}" if place else first["msg"])


def read_array(path: Path, types: Sequence[type[np.generic]], stage: str) -> np.ndarray:
    """Open a one-dimensional ``.npy`` file, memory-mapped; its values are not looked at.

    Parameters
    ----------
    types : those that its values may have.

    Raises
    ------
    FirthError
        If the file doesn't exist, its header is of another array, or its size is not what the header says.
    """
    with require(path, stage).open("rb") as file:
        try:
            with warnings.catch_warnings(action="error"):
                if np.lib.format.read_magic(file) != (1, 0):
                    raise ValueError
                (length,), _, dtype = np.lib.format.read_array_header_1_0(file)
        except Exception:  # NumPy parses the header as an expression of Python, which fails in many ways
            raise damaged(path, "not a one-dimensional array of NumPy", stage) from None
        start = file.tell()
    if dtype not in types:
        raise damaged(path, f"holds {shown(str(dtype))}, not {' or '.join(kind.__name__ for kind in types)}", stage)
    size, expected = path.stat().st_size, start + length * dtype.itemsize
    if size != expected:
        raise damaged(path, f"has {size:,} bytes where its header says {expected:,}", stage)
    return np.load(path, mmap_mode="r", allow_pickle=False)
