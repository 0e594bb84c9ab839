"""One reader of params.yaml: whatever stands in the file, it ends soon, with values or with one line."""

import os
from pathlib import Path

import pytest
from dvc.utils.serialize import parse_yaml as parsed_by_dvc

from firth.errors import FirthError
from firth.params.params_text import MOST_BYTES, parse_yaml, read_yaml_text

LAUGHS = "a0: &a0 [lol]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 12))
CHAIN = "a0: &a0 [1]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 100))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LAUGHS, "aliases"),
        (MERGES, "aliases"),
        (CHAIN, "sections within sections"),
        ("a: &a [*a]", "aliases"),
        ("a: &a {<<: *a}", "aliases"),
        ("? &a [*a]\n: 1", "aliases"),
        ('a: !!bool "x"', "correct it, or put it in quotes"),
        ('a: !!int "x"', "correct it, or put it in quotes"),
        ('a: !!int ""', "correct it, or put it in quotes"),
        ("a: ._", "correct it, or put it in quotes"),
        ("a: 2024-13-45", "month must be in 1..12"),
        ('a: "\\UFFFFFFFF"', "correct it, or put it in quotes"),
        ("a: {b: 0x" + "f" * 5000 + "}", r"a\.b: a number of more than 64 bits"),
        ("a: 1" + "0" * 5000, "4300"),
        ('a: [x, "\\ud800"]', r"a\.1: holds U\+D800"),
        ('a: "\\0"', r"a: holds U\+0000"),
        ('"\\ud800": 1', r"U\+D800: holds U\+D800"),
        ("a: \0", "not valid YAML"),
        ("a: 1\na: 2", 'line 2 is not valid YAML: found duplicate key "a"'),
        ("a:\n\t- 1", "line 2 is not valid YAML"),
        ("--- 1\n--- 2", "line 2 is not valid YAML"),
        ("a: !!python/object/apply:os.system [ls]", "line 1 is not valid YAML"),
        ("a: *b", "line 1 is not valid YAML"),
        ("a: " + "[" * 21 + "]" * 21, "sections within sections"),
        ("? " * 800, "sections within sections"),
        ("%YAML 9.9\n---\na: 1", "line 1 is not valid YAML"),
    ],
)
def test_a_text_that_is_no_yaml_or_has_no_values_for_params_is_one_line(text: str, words: str) -> None:
    with pytest.raises(FirthError, match=words) as caught:
        parse_yaml(text, "params.yaml")
    assert str(caught.value).startswith("params.yaml: ")
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "text", ["a: 010", "a: 0o10", "a: yes", "a: 1_000", "a: 1e3", "a: 1:30", "\ufeffa: 1", "%YAML 1.1\n---\na: 010"]
)
def test_values_are_those_that_dvc_reads(text: str) -> None:
    assert parse_yaml(text, "params.yaml") == parsed_by_dvc(text, "params.yaml")
    assert parse_yaml("a: 010", "params.yaml") == {"a": 10}  # YAML 1.2; in YAML 1.1 it is 8


def test_aliases_that_repeat_little_are_written_out() -> None:
    text = "shared: &shared {x: 1}\na: {<<: *shared, y: 2}\nb: [*shared, '*no alias']"
    assert parse_yaml(text, "params.yaml") == {
        "shared": {"x": 1},
        "a": {"x": 1, "y": 2},
        "b": [{"x": 1}, "*no alias"],
    }


def test_what_is_no_file_of_text_is_refused_at_once(tmp_path: Path) -> None:
    pipe, folder, latin, long, closed = (tmp_path / name for name in ("pipe", "folder", "latin", "long", "closed"))
    os.mkfifo(pipe)
    folder.mkdir()
    latin.write_bytes("a: é".encode("latin-1"))
    long.write_text("#" * MOST_BYTES)
    assert len(read_yaml_text(long)) == MOST_BYTES
    long.write_text("#" * (MOST_BYTES + 1))
    closed.symlink_to(closed)  # a link to itself can't be opened
    faults = {
        pipe: "is no regular file",
        folder: "is no regular file",
        Path("/dev/zero"): "is no regular file",
        latin: r"not UTF-8 \(byte 3\)",
        long: "longer than 200,000 bytes",
        tmp_path / "none": "not found",
        tmp_path / ("n" * 300): "File name too long",
    }
    for path, words in faults.items():
        with pytest.raises(FirthError, match=words):
            read_yaml_text(path)
    with pytest.raises(FirthError):
        read_yaml_text(closed)
