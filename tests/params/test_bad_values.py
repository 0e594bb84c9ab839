"""Bad values in params.yaml: each is refused in one line that names its key.

FUZZ_SECONDS=600 has the last two tests try random params for so many seconds each, instead of a few.
"""

import copy
import math
import os
import random
import re
import time
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from firth.errors import FirthError
from firth.params.effective import effective_settings
from firth.params.experiment import Params, load_params, validated
from firth.params.pipeline_items import pipeline_items
from firth.params.settings import as_text

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8").partition("## Limits")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| (`.*) \| `(\S+)` \| `(\S+)` \|$", TABLE, re.MULTILINE)
LIMITS = {key: (float(low), float(high)) for keys, low, high in ROWS for key in re.findall(r"`([a-z].+?)`", keys)}
DYNAMIC = {"learning_rate": 0.0001, "decay": 0.02, "segment_length": 20}

NUMBERS = [-1, -0.5, 0, 0.3, 2**31, 2**63, -(2**63), 1e-300, 1e300, math.inf, -math.inf, math.nan]
OTHERS: list[Any] = [
    "",
    "no such value",
    "1",
    "١",
    "Lstm",
    "ｌｓｔｍ",
    "\u202e",
    None,
    True,
    date(2026, 1, 1),
    [],
    [[]],
    {},
    {"a": 1},
]
MAY_BE: list[tuple[Any, str]] = [  # values of OTHERS, and the keys that may have them
    (
        [],
        r"evaluation\.gold_sets|models\.(recurrent_networks|language_models|tasks)|saliency\.\w+"
        r"|lm\.adaptive_softmax_cutoffs",
    ),
    ({}, r"(lm|seq2seq)_overrides\.\w+"),
    (None, r"lm\.dynamic_evaluation|studies"),
    (True, r".*\.(tied_embeddings|direct_connections|random_bptt|lowercase|joint|add_context_vectors|bidirectional)"),
    (True, r".*\.reverse_source"),
]

FREE_TEXT = re.compile(r"saliency\.|report\.words")  # lists of any strings


@cache
def complete() -> Any:
    """Valid params that have every number of the model."""
    content = YAML(typ="safe").load((ROOT / "studies" / "params.yaml").read_text(encoding="utf-8"))
    content["corpora"]["qa"] = {"source": "babi", "tasks": [1]}
    content["lm"] |= {"dynamic_evaluation": DYNAMIC, "adaptive_softmax_cutoffs": [1000]}
    content["seq2seq_overrides"]["qa"] |= {"bidirectional": False, "reverse_source": True, "beam_size": 1}
    return content


def places(content: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every key and its value, sections before the keys within them."""
    if key:
        yield key, content
    if isinstance(content, dict):
        for name in content:
            yield from places(content[name], f"{key}.{name}".strip("."))


def is_number(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, int | float) and not isinstance(first, bool)


def changed(key: str, value: Any) -> Any:
    """``complete`` with one value set."""
    section = content = {**complete()}
    *sections, last = key.split(".")
    for name in sections:
        section[name] = {**section[name]}
        section = section[name]
    section[last] = value
    return content


def limits(key: str) -> tuple[float, float] | None:
    """The documented limits of a number, also of one that overrides it."""
    return LIMITS.get(re.sub(r"^(lm|seq2seq)_overrides\.\w+", r"\1", key))


def is_allowed(key: str, value: Any) -> bool:
    """Whether the documentation allows a value, which is then none of the bad ones."""
    if isinstance(value, int | float) and not isinstance(value, bool) and (found := limits(key)):
        return found[0] <= value <= found[1]
    return any(re.fullmatch(keys, key) and type(value) is type(like) and value == like for like, keys in MAY_BE)


def fault(key: str, value: Any) -> str:
    """What is said of a value; empty if it is accepted."""
    try:
        validated(changed(key, value), "params.yaml")
    except FirthError as error:
        return str(error)
    return ""


def test_every_number_has_limits_and_no_other_key_has() -> None:
    keys = {key for key, value in places(complete()) if is_number(value) and "_overrides." not in key}
    assert keys == set(LIMITS)


@pytest.mark.parametrize("key", LIMITS)
def test_the_limits_of_a_number_are_those_of_the_documentation(key: str) -> None:
    low, high = LIMITS[key]
    is_list = isinstance(dict(places(complete()))[key], list)

    def said(value: float) -> str:
        number = int(value) if value == int(value) else value
        return fault(key, [number] if is_list else number)

    for value in (low, high):  # what else a value has to go with may be wrong, but not the value itself
        assert not re.search(r"input should be|must be 0, 0\.5 or 1", said(value))
    for outside in (low - 1, low - 1e-13, high * 1.0001 + 0.0001, high + 1):
        assert said(outside).startswith(f"params.yaml: {key}")


def test_a_bad_value_of_any_key_is_one_line_with_the_key() -> None:
    count = 0
    for key, present in places(complete()):
        names = re.compile("params.yaml: " + ".*".join(key.split(".")))  # the section, and in it the key
        for value in [*NUMBERS, *OTHERS]:
            if is_allowed(key, value):
                continue
            count += 1
            for bad in [value, [value]] if isinstance(present, list) and not FREE_TEXT.match(key) else [value]:
                lines = fault(key, bad).splitlines()
                assert lines, f"{key} = {bad!r} is accepted"
                assert all(names.match(line) and len(line) < 300 for line in lines), (key, bad, lines)
                assert len(lines) == 1 or isinstance(bad, dict)  # {}: a line for each key that is missing
    print(f"{count} bad values")
    assert count >= 2000


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(LIMITS)),
    st.integers() | st.floats(allow_subnormal=False) | st.floats(0, 2, allow_subnormal=False) | st.integers(0, 3000),
)
def test_an_accepted_number_is_within_the_documented_limits(key: str, number: float) -> None:
    low, high = LIMITS[key]
    value = [number] if isinstance(dict(places(complete()))[key], list) else number
    assert fault(key, value) or low <= number <= high


def use(params: Params) -> None:
    """What ``firth check`` does with valid params."""
    for folder in (ROOT, ROOT / "studies"):
        if folder == ROOT or params.studies:
            for values in effective_settings(params, pipeline_items(folder)).values():
                as_text(values).encode()


def rounds(few: int) -> Iterator[random.Random]:
    """Sources of random numbers: a few, or for FUZZ_SECONDS."""
    end = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "0"))
    count = 0
    while count < few or time.monotonic() < end:
        yield random.Random(count)
        count += 1
    print(f"{count} rounds")


def test_random_values_of_several_keys_are_accepted_or_refused_in_lines() -> None:
    keys = dict(places(complete()))
    pool = [*NUMBERS, *OTHERS, *keys.values(), *(bound for pair in LIMITS.values() for bound in (*pair, int(pair[1])))]
    for source in rounds(few=200):
        content = copy.deepcopy(complete())
        for key in source.sample(sorted(keys), source.randint(1, 4)):
            *sections, last = key.split(".")
            section = content
            for name in sections:
                section = section.get(name) if isinstance(section, dict) else None
            if isinstance(section, dict):
                section[last] = source.choice(pool)
        try:
            params = validated(copy.deepcopy(content), "params.yaml")
        except FirthError as error:
            assert all(line.startswith("params.yaml: ") and line.isprintable() for line in str(error).splitlines())
        else:
            use(params)


PIECES = [
    *":{}[],&*!|>%@`\"'#-?\n\t\r\0 ~<=.", "&a ", "*a", "<<: ", "!!int ", "!!bool ", "!!binary ", "!!set ", "!x ",
    "---", "...", "%YAML 1.1\n---\n", ".nan", "-.inf", "1e999", "0x", "0o9", "1_0", "2026-01-32", "null",
    '"\\ud800"', '"\\x00"', '"\\U00110000"', "\ufeff", "\u2028", "\u202e", "é", "[" * 30, "- " * 30, "9" * 5000,
    "? ", "\n  ",
]  # fmt: skip


def mutated(text: bytes, source: random.Random) -> bytes:
    """A text with some bytes removed, repeated, changed, or put in."""
    for _ in range(source.randint(1, 4)):
        start = source.randrange(len(text))
        end = min(len(text), start + source.choice([0, 1, 2, 10, 100]))
        put = source.choice([b"", text[start:end] * 2, bytes([source.randrange(256)]), source.choice(PIECES).encode()])
        text = text[:start] + put + text[end:]
    return text


def test_a_damaged_file_is_read_or_refused_in_lines(tmp_path: Path) -> None:
    lines = (ROOT / "studies" / "params.yaml").read_bytes().splitlines(keepends=True)
    whole = b"".join(line for line in lines if not line.lstrip().startswith(b"#"))
    path = tmp_path / "params.yaml"
    for source in rounds(few=15):
        path.write_bytes(mutated(whole, source))
        try:
            params = load_params(path)
        except FirthError as error:
            assert all(line.startswith(str(path)) and line.isprintable() for line in str(error).splitlines())
        else:
            use(params)
