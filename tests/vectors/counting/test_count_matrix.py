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
        load_counts(tmp_path)
    write_rows(tmp_path, ROWS, np.float32)
    counts = load_counts(tmp_path)
    assert counts.toarray().tolist() == MATRIX.tolist()
    assert counts.dtype == np.float32
    assert not counts.data.flags.writeable and not counts.data.flags.owndata


def test_a_matrix_without_cells_is_read_back(tmp_path: Path) -> None:
    write_rows(tmp_path, [(np.zeros(3, np.int64), np.empty(0), np.empty(0))], np.float32)
    assert load_counts(tmp_path).toarray().tolist() == np.zeros((3, 3)).tolist()


@pytest.mark.parametrize("name", ["data", "indices", "indptr"])
@pytest.mark.parametrize("left", [0, 50, -4])
def test_a_file_cut_short_is_one_line_that_says_what_to_do(name: str, left: int, tmp_path: Path) -> None:
    write_rows(tmp_path, ROWS, np.float32)
    path = tmp_path / f"{name}.npy"
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(FirthError, match=r"damaged or cut short.*dvc repro cooccurrence"):
        load_counts(tmp_path)


def test_files_of_two_matrices_are_refused(tmp_path: Path) -> None:
    write_rows(tmp_path, ROWS, np.float32)
    np.save(tmp_path / "indptr.npy", np.array([0, 0, 2, 2, 2], dtype=np.int32))
    with pytest.raises(FirthError, match="damaged"):
        load_counts(tmp_path)


def test_storage_counts_cells_and_the_bytes_of_both_forms(tmp_path: Path) -> None:
    write_rows(tmp_path, ROWS, np.float32)
    assert storage(load_counts(tmp_path)) == {
        "cells": 16,
        "nonzeros": 3,
        "density": 3 / 16,
        "bytes_dense": 64,
        "bytes_sparse": 3 * (4 + 4) + 5 * 4,
        "pairs": 3,
    }
