"""Bad values in params.yaml: each is refused in one line that names its key."""

import copy
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from firth.errors import FirthError
from firth.params.experiment import validated

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8").partition("## Limits")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| (`.*) \| (\S+) \| (\S+) \|$", TABLE, re.MULTILINE)
LIMITS = {key: (float(low), float(high)) for keys, low, high in ROWS for key in re.findall(r"`(.+?)`", keys)}
DYNAMIC = {"learning_rate": 0.0001, "decay": 0.02, "segment_length": 20}


@cache
def complete() -> Any:
    """Valid params that have every number of the model."""
    content = YAML(typ="safe").load((ROOT / "studies" / "params.yaml").read_text(encoding="utf-8"))
    content["corpora"]["qa"] = {"source": "babi", "tasks": [1]}
    content["lm"] |= {"dynamic_evaluation": DYNAMIC, "adaptive_softmax_cutoffs": [1000]}
    return content


def numbers(content: Any, key: str = "") -> dict[str, Any]:
    """Every number by its key; a list of numbers counts as one."""
    if isinstance(content, dict):
        return {k: v for name in content for k, v in numbers(content[name], f"{key}.{name}".strip(".")).items()}
    first = content[0] if isinstance(content, list) and content else content
    return {key: content} if isinstance(first, int | float) and not isinstance(first, bool) else {}


def changed(key: str, value: Any) -> Any:
    """``complete`` with one value set; a value in the place of a list is made one."""
    content = copy.deepcopy(complete())
    *sections, last = key.split(".")
    section = content
    for name in sections:
        section = section[name]
    section[last] = [value] if isinstance(section[last], list) else value
    return content


def fault(key: str, value: float) -> str:
    """What is wrong with the number itself, rather than with what else it has to go with."""
    number = int(value) if value == int(value) else value
    try:
        validated(changed(key, number), "params.yaml")
    except FirthError as error:
        return str(error) if re.search(r"input should be|must be 0, 0\.5 or 1", str(error)) else ""
    return ""


def test_every_number_has_limits_and_no_other_key_has() -> None:
    keys = {key for key in numbers(complete()) if "_overrides." not in key}
    assert keys == set(LIMITS)


@pytest.mark.parametrize("key", LIMITS)
def test_the_limits_of_a_number_are_those_of_the_documentation(key: str) -> None:
    low, high = LIMITS[key]
    assert fault(key, low) == fault(key, high) == ""
    for outside in (low - 1, low - 1e-13, high * 1.0001 + 0.0001, high + 1):
        line = fault(key, outside)
        assert line.startswith(f"params.yaml: {key}")
        assert len(line.splitlines()) == 1
