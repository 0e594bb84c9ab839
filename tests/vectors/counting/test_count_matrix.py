from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.vectors.counting.count_matrix import load_counts, storage, write_rows

MATRIX = np.array([[0, 0, 0, 0], [0, 2, 0.5, 0], [0, 0.5, 0, 0], [0, 0, 0, 0]], dtype=np.float32)
ROWS = [  # the same, two rows at a time
    (np.array([0, 2]), np.array([1, 2]), np.array([2, 0.5])),
    (np.array([1, 0]), np.array([1]), np.array([0.5])),
]


def test_rows_that_were_written_some_at_a_time_are_read_back_mapped(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"indptr\.npy: not there yet; build it with `dvc repro cooccurrence`"):
        load_counts(tmp_path, 4)
    write_rows(tmp_path, ROWS, np.float32)
    counts = load_counts(tmp_path, 4)
    assert counts.toarray().tolist() == MATRIX.tolist()
    assert counts.dtype == np.float32
    assert not counts.data.flags.writeable and not counts.data.flags.owndata


def test_a_matrix_without_cells_is_read_back(tmp_path: Path) -> None:
    write_rows(tmp_path, [(np.zeros(3, np.int64), np.empty(0), np.empty(0))], np.float32)
    assert load_counts(tmp_path, 3).toarray().tolist() == np.zeros((3, 3)).tolist()


@pytest.mark.parametrize("name", ["data", "indices", "indptr"])
@pytest.mark.parametrize("left", [0, 50, -4])
def test_a_file_cut_short_is_one_line_that_says_what_to_do(name: str, left: int, tmp_path: Path) -> None:
    write_rows(tmp_path, ROWS, np.float32)
    path = tmp_path / f"{name}.npy"
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(FirthError, match=rf"{name}\.npy: .*; build it again with `dvc repro cooccurrence`"):
        load_counts(tmp_path, 4)


NONE, COLUMNS, COUNT = "not those of one sparse matrix", "not in order", "not above 0 and finite"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("name", "values", "fault"),
    [
        ("indptr", [0, 0, 2, 2, 2], "holds 3 counts where its rows have 2 together"),
        ("indptr", [0, 0, 2, 1, 3], NONE),
        ("indptr", [0, 0, 2, 3, 9], NONE),
        ("indptr", [1, 1, 2, 3, 3], NONE),
        ("indptr", [0, 0, 2, 3], "was trained on a vocabulary of 3 tokens, and now there are 4"),
        ("indices", [1, 4, 1], NONE),
        ("indices", [1, -1, 1], NONE),
        ("indices", [2, 1, 1], COLUMNS),
        ("indices", [1, 1, 1], COLUMNS),
        ("indices", [1, 2], NONE),
        ("data", [2, 0.5, 0], COUNT),
        ("data", [2, 0.5, -1], COUNT),
        ("data", [2, 0.5, np.nan], COUNT),
        ("data", [2, 0.5, np.inf], COUNT),
        ("data", [2, 0.5], NONE),
    ],
)
def test_arrays_of_no_matrix_of_counts_are_refused(tmp_path: Path, name: str, values: list[float], fault: str) -> None:
    write_rows(tmp_path, ROWS, np.float32)
    np.save(tmp_path / f"{name}.npy", np.array(values, np.load(tmp_path / f"{name}.npy").dtype))
    with pytest.raises(FirthError, match=rf"{fault}.*; build it again with `dvc repro"):
        load_counts(tmp_path, 4)


def test_storage_counts_cells_and_the_bytes_of_both_forms(tmp_path: Path) -> None:
    write_rows(tmp_path, ROWS, np.float32)
    assert storage(load_counts(tmp_path, 4)) == {
        "cells": 16,
        "nonzeros": 3,
        "density": 3 / 16,
        "bytes_dense": 64,
        "bytes_sparse": 3 * (4 + 4) + 5 * 4,
        "pairs": 3,
    }
