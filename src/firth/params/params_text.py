"""The text of a params file or a preset: one reader for all commands, the one that DVC reads params.yaml with."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode

from firth.errors import FirthError, shown
from firth.failures import first_line

MOST_BYTES = 200_000  # of a file, which take the reader seconds; base.yaml has 14,000
MOST_WRITTEN_OUT = 200_000  # values and characters, with every alias written out
DEEPEST = 20  # sections within sections
ALIAS = re.compile(r"(?:^|[\s\[{,:])\*", re.MULTILINE)  # or what looks like one
NO_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # control characters and surrogates


def read_yaml_text(path: Path) -> str:
    """The text of a params file or a preset.

    Raises
    ------
    FirthError
        If there is no such file, or it can't be read, is too long or not UTF-8.
    """
    try:
        if path.exists() and not path.is_file():  # a named pipe would be waited for, and /dev/zero read for ever
            raise FirthError(f"{path}: is no regular file; move it away, and `firth preset world` writes one")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise FirthError(f"{path}: longer than {MOST_BYTES:,} bytes; keep texts in files of their own")
        return content.decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        raise FirthError(f"{path}: not found; `firth preset world` writes one") from None
    except UnicodeDecodeError as error:
        raise FirthError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise FirthError(f"{path}: {error.strerror or error}; make it readable") from None


def parse_yaml(text: str, name: str, yaml: YAML | None = None) -> Any:
    """What a YAML text holds.

    Parameters
    ----------
    name : of the file, for errors.
    yaml : a reader that keeps comments; otherwise, plain values are returned.

    Raises
    ------
    FirthError
        If it is not valid YAML, its aliases repeat too much, or a value is none for params: ``name``, and the line or
        the key.
    """
    yaml = yaml or YAML(typ="safe")
    try:
        if ALIAS.search(text) and _size(yaml.compose(text), {}) > MOST_WRITTEN_OUT:
            raise FirthError(f"{name}: aliases (*NAME) that repeat too much, or themselves; write the values out")
        content = yaml.load(text)
        for key, value in _values(content):
            _refuse_strange(f"{name}: {shown(key)}", value)
        return content
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise FirthError(f"{name}: line {line} is not valid YAML: {shown(str(error.problem))}") from None
    except YAMLError as error:
        raise FirthError(f"{name}: not valid YAML: {first_line(error)}") from None
    except RecursionError:
        raise FirthError(f"{name}: sections within sections, too many to be params; correct it") from None
    except (ValueError, LookupError, ArithmeticError, TypeError, AttributeError) as error:  # such as !!bool x
        raise FirthError(
            f"{name}: a value that YAML can't read ({shown(str(error))}); correct it, or put it in quotes"
        ) from None


def _size(node: Any, sizes: dict[int, float]) -> float:
    """How many values and characters a node holds with every alias written out; infinite if it holds itself."""
    if id(node) not in sizes:
        sizes[id(node)] = float("inf")
        value = getattr(node, "value", "")
        if isinstance(node, CollectionNode):
            parts = chain.from_iterable(value) if isinstance(node, MappingNode) else value
            sizes[id(node)] = 1 + sum([_size(part, sizes) for part in parts])
        else:
            sizes[id(node)] = 1 + len(value)
    return sizes[id(node)]


def _values(content: Any, *key: str) -> Iterator[tuple[str, Any]]:
    """Every name and value with its key."""
    if len(key) > DEEPEST:
        raise RecursionError
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield ".".join([*key, str(name)]), name
            yield from _values(value, *key, str(name))
    elif isinstance(content, list | tuple | set):
        for index, value in enumerate(content):
            yield from _values(value, *key, str(index))
    else:
        yield ".".join(key), content


def _refuse_strange(place: str, value: Any) -> None:
    if isinstance(value, int) and value.bit_length() > 64:
        raise FirthError(f"{place}: a number of more than 64 bits; give a smaller one")
    if isinstance(value, str) and (found := NO_CHARACTER.search(value)):
        raise FirthError(f"{place}: holds U+{ord(found[0]):04X}, which is no character of a text; remove it")
