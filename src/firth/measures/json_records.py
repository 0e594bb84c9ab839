"""Values of JSON, held against the kind that is expected: the lines of a file, or a value that was read from one."""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from firth.stored_files import damaged, kind_fault, read_text


def check_kind(value: Any, kind: Any, path: Path, stage: str) -> None:
    """Refuse a value that was read from a file and is of another kind.

    Raises
    ------
    FirthError
        If it is; the error names the file and the key.
    """
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError as error:
        raise damaged(path, f"damaged or of another version ({kind_fault(error)})", stage) from None


def read_json_lines(path: Path, kind: Any, stage: str, *, lowercase: bool = False) -> list[Any]:
    """Read a file with a value of this kind in each line, in lower case if that is wanted.

    Raises
    ------
    FirthError
        If the file doesn't exist or is not UTF-8, or a line is not JSON or holds a value of another kind.
    """
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    values = []
    for number, line in enumerate(read_text(path, stage).split("\n"), start=1):
        try:
            values += [adapter.validate_json(line.lower() if lowercase else line, strict=True)] if line else []
        except ValidationError as error:
            raise damaged(
                path, f"line {number} is damaged or of another version ({kind_fault(error)})", stage
            ) from None
    return values
