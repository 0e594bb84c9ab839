"""Metrics files hold rounded results in a stable order, and nothing that is no number."""

from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthError
from firth.report.metrics import flatten, read_metrics, write_metrics


def test_numbers_keep_six_significant_digits_and_keys_their_order(tmp_path: Path) -> None:
    write_metrics(tmp_path / "b.json", {"z": 1234567.8, "a": {"x": np.float32(1 / 3), "n": np.int64(7), "none": None}})
    assert (tmp_path / "b.json").read_text() == (
        '{\n  "z": 1234570.0,\n  "a": {\n    "x": 0.333333,\n    "n": 7,\n    "none": null\n  }\n}\n'
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float64("nan")])
def test_a_metric_that_is_no_number_is_refused_and_nothing_written(tmp_path: Path, value: float) -> None:
    with pytest.raises(ValueError, match="None with a reason"):
        write_metrics(tmp_path / "a.json", {"loss": value})
    assert list(tmp_path.iterdir()) == []


def test_metrics_are_read_by_run_and_flattened_with_dots(tmp_path: Path) -> None:
    write_metrics(tmp_path / "svd.json", {"a": {"b": {"c": 1}}, "d": "e"})
    assert {run: flatten(metrics) for run, metrics in read_metrics(tmp_path).items()} == {"svd": {"a.b.c": 1, "d": "e"}}


def test_a_file_with_a_merge_conflict_is_named(tmp_path: Path) -> None:
    (tmp_path / "svd.json").write_text("<<<<<<< HEAD\n{}\n")
    with pytest.raises(FirthError, match=r"svd\.json: not JSON"):
        read_metrics(tmp_path)
