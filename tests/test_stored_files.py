"""Files of other kinds than expected, and damaged ones, give one line with the file, its fault and the command."""

import os
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.stored_files import read_array, read_json, read_text

TYPES = (np.uint16, np.int32)


@dataclass(frozen=True)
class Size:
    rows: int


class RunsCode:
    """A pickle that runs a command when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch executed",)


def header(description: str, values: bytes = b"") -> bytes:
    """A ``.npy`` file with this header."""
    padded = description.encode().ljust(118)
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + values


def test_an_array_is_mapped_into_memory_as_it_was_saved(tmp_path: Path) -> None:
    for values in (np.array([3, 1, 2], np.uint16), np.array([], np.int32)):
        np.save(tmp_path / "a.npy", values)
        again = read_array(tmp_path / "a.npy", TYPES, "x")
        assert isinstance(again, np.memmap) and again.dtype == values.dtype and again.tolist() == values.tolist()


SAVED: list[tuple[np.ndarray, str]] = [
    (np.array([[1, 2]], np.uint16), "not a one-dimensional array of NumPy"),
    (np.array(1, np.uint16), "not a one-dimensional array of NumPy"),
    (np.array([1.0]), "holds float64, not uint16 or int32"),
    (np.array(["a"]), "holds <U1, not"),
    (np.array(["2020-01-01"], "M8[D]"), r"holds datetime64\[D\], not"),
    (np.array([1], ">u2"), "holds >u2, not"),
    (np.array([RunsCode()], object), "holds object, not"),
]
WRITTEN: list[tuple[bytes, str]] = [
    (b"", "not a one-dimensional array of NumPy"),
    (b"PK\x03\x04", "not a one-dimensional array of NumPy"),
    (header("{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }", b"1234"), "has 132 bytes .* says 134"),
    (header("{'descr': '<u2', 'fortran_order': False, 'shape': (3,), }", b"12345678"), "has 136 bytes"),
    (header(f"{{'descr': '<u2', 'fortran_order': False, 'shape': ({10**30},), }}"), "has 128 bytes"),
    (header("{'descr': '<u2', 'fortran_order': False, 'shape': (3L,), }", b"123456"), "not a one-dimensional"),
    (header("{'descr': '<u2', 'fortran_order': False, 'shape': (-3,), }"), "has 128 bytes"),
    (header("{" * 100), "not a one-dimensional"),
    (header("__import__('os').system('touch executed')"), "not a one-dimensional"),
]


@pytest.mark.parametrize("number", range(len(SAVED) + len(WRITTEN)))
def test_another_array_is_refused_without_a_warning_and_without_running_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.chdir(tmp_path)
    path, fault = tmp_path / "a.npy", (SAVED + WRITTEN)[number][1]
    if number < len(SAVED):
        np.save(path, SAVED[number][0], allow_pickle=True)
    else:
        path.write_bytes(WRITTEN[number - len(SAVED)][0])
    with warnings.catch_warnings(), pytest.raises(FirthError) as caught:
        warnings.simplefilter("error")
        read_array(path, TYPES, "some@stage")
    assert re.fullmatch(rf"\S+a\.npy: {fault}.*; build it again with `dvc repro some@stage`", str(caught.value))
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "Invalid JSON"),
        (b"{", "Invalid JSON"),
        (b'{"rows": "\xff"}', "Invalid JSON|rows: "),
        (b"[1]", "Input should be an object"),
        (b"{}", "rows: Field required"),
        (b'{"rows": 1.5}', "rows: Input should be a valid integer"),
        (b"[" * 100_000, "Invalid JSON"),
    ],
)
def test_json_of_another_kind_is_refused_with_the_key(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(FirthError) as caught:
        read_json(path, Size, "some@stage")
    line = str(caught.value)
    assert re.fullmatch(rf"\S+a\.json: damaged or of another version \(({fault}).*\); build it again .*stage`", line)


def test_json_is_read_as_a_typed_value(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"rows": 3}')
    assert read_json(tmp_path / "a.json", Size, "x") == Size(3)


def test_text_is_read_with_its_line_ends_and_a_byte_that_is_no_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("é\r\n".encode())
    assert read_text(tmp_path / "a.txt", "x") == "é\r\n"
    (tmp_path / "a.txt").write_bytes(b"ab\xff")
    with pytest.raises(FirthError, match=r"a\.txt: not UTF-8 \(byte 2\); build it again with `dvc repro some@stage`"):
        read_text(tmp_path / "a.txt", "some@stage")


def test_a_missing_file_names_its_stage(tmp_path: Path) -> None:
    reads: list[Callable[[Path, str], object]] = [
        read_text,
        lambda path, stage: read_json(path, Size, stage),
        lambda path, stage: read_array(path, TYPES, stage),
    ]
    for read in reads:
        with pytest.raises(FirthError, match=r"a: not there yet; build it with `dvc repro some@stage`"):
            read(tmp_path / "a", "some@stage")
