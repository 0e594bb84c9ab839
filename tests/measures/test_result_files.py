"""What a measuring stage writes, with and without numbers that are not measured."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from firth.measures.not_measured import NOT_FINITE
from firth.measures.result_files import write_results
from firth.tables import read_csv


def test_every_null_has_a_reason_and_every_reason_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = {"bleu": 1.5, "perplexity": math.inf, "ratio": math.nan, "share": None}
    write_results(tmp_path, "stage-model", {}, numbers, {"share": "no items", "chrf": "no items"})
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics == {"bleu": 1.5, "perplexity": None, "ratio": None, "share": None, "chrf": None}
    assert dict(read_csv(tmp_path / "not_measured.csv").itertuples(index=False)) == {
        "perplexity": NOT_FINITE,
        "ratio": NOT_FINITE,
        "share": "no items",
        "chrf": "no items",
    }
    assert capsys.readouterr().err == (
        f"stage-model: perplexity, ratio not measured: {NOT_FINITE}\nstage-model: share, chrf not measured: no items\n"
    )


def test_where_all_is_measured_there_is_no_table_of_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_results(tmp_path, "stage-model", {"scores": pd.DataFrame({"bleu": [1.5]})}, {"bleu": 1.5}, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["metrics.json", "scores.csv"]
    assert capsys.readouterr().err == ""
