"""Documents of results: every number is the one that the named commit holds, rounded as asked."""

import json
from pathlib import Path
from typing import Any

import pytest
from repositories import commit, make_repository

from firth.errors import FirthError
from firth.report.results_document import CellAddress, reader, results_document, shown

FILES = {
    ("abc", "lm.json"): json.dumps({"test": {"perplexity": 83.9179, "bleu": None}, "by_rate": {"0.25": 3}}),
    ("workspace", "lm.json"): json.dumps({"test": {"perplexity": 9.58855}}),
    (
        "workspace",
        "agreement.csv",
    ): "model,group,accuracy\nlstm,attractors_1,0.9235\ngru,attractors_1,0.5\nrnn,neutral,\n",
}
TABLE: dict[str, Any] = {
    "head": "model",
    "commit": "abc",
    "file": "lm.json",
    "columns": [{"name": "perplexity", "metric": "perplexity", "decimals": 1}],
    "rows": [
        {"name": "LSTM", "metric": "test."},
        {"name": "LSTM here", "metric": "test.", "commit": "workspace"},
        {"name": "LSTM (Zaremba)", "values": ["82.7"], "source": "Zaremba et al. (2014), table 1"},
    ],
}


def read(commit: str, file: str) -> str:
    return FILES[commit, file]


def number(**keys: Any) -> str:
    return shown(CellAddress(**{"commit": "abc", "file": "lm.json", **keys}), read)


def document(**section: Any) -> str:
    content = {"title": "Results", "text": "", "sections": [{"heading": "Models", **section}]}
    return results_document(content, read, "docs/results.yaml")


def test_a_table_holds_the_numbers_of_its_commits_and_the_published_ones_and_names_where_they_are_from() -> None:
    lines = document(tables=[TABLE]).splitlines()
    assert lines[lines.index("## Models") + 2 :] == [
        "| model | perplexity |",
        "| --- | --- |",
        "| LSTM | 83.9 |",
        "| LSTM here | 9.6 |",
        "| LSTM (Zaremba) | 82.7 |",
        "",
        "Numbers: commit `abc`; this commit; Zaremba et al. (2014), table 1.",
    ]


def test_a_number_in_a_text_is_looked_up_and_the_paragraph_filled() -> None:
    number_of_lstm = "{{ number(commit='abc', file='lm.json', metric='test.perplexity', decimals=2) }}"
    text = f"The LSTM has\n{number_of_lstm}\non the test text."
    assert "\nThe LSTM has 83.92 on the test text.\n" in document(text=text)


def test_the_fields_of_a_column_override_those_of_the_row_and_conditions_are_united() -> None:
    table = {
        "head": "model",
        "commit": "workspace",
        "file": "agreement.csv",
        "column": "accuracy",
        "decimals": 1,
        "columns": [{"name": "one attractor", "where": {"group": "attractors_1"}, "decimals": 3}],
        "rows": [{"name": "LSTM", "where": {"model": "lstm"}, "decimals": 2}],
    }
    assert "| LSTM | 0.924 |" in document(tables=[table])


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"metric": "test.perplexity", "decimals": 0}, "84"),
        ({"metric": "test.perplexity", "decimals": 0, "factor": 100}, "8,392"),
        ({"metric": "test.bleu", "decimals": 1}, "–"),
        ({"metric": "by_rate.0.25", "decimals": 1}, "3.0"),
    ],
)
def test_a_number_of_a_json_file_is_rounded_as_asked(keys: dict[str, Any], expected: str) -> None:
    assert number(**keys) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.217152, "0.22"), (0.00140002, "0.0014"), (0.0199, "0.020"), (5.73934e-06, "5.7·10⁻⁶"), (1.2e-10, "1.2·10⁻¹⁰")],
)
def test_small_numbers_are_written_with_a_power_of_ten(value: float, expected: str) -> None:
    address = CellAddress(commit="abc", file="gradients.json", metric="norm", significant=2)
    assert shown(address, lambda commit, file: json.dumps({"norm": value})) == expected


def test_a_missing_value_of_a_csv_file_is_a_dash() -> None:
    where = {"model": "rnn", "group": "neutral"}
    assert number(commit="workspace", file="agreement.csv", column="accuracy", where=where) == "–"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"metric": "test.accuracy"}, "lm.json of abc: test.accuracy: no such metric"),
        ({"commit": "workspace", "file": "agreement.csv", "column": "share"}, "no column share"),
        (
            {
                "commit": "workspace",
                "file": "agreement.csv",
                "column": "accuracy",
                "where": {"group": "attractors_1"},
            },
            "2 rows",
        ),
    ],
)
def test_a_number_that_is_not_there_is_an_error_that_names_it(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(FirthError, match=words):
        number(**keys)


def test_published_figures_are_given_for_every_column() -> None:
    rows = [{"name": "LSTM", "values": ["1", "2"], "source": "somebody"}]
    with pytest.raises(FirthError, match="2 values for 1 columns"):
        document(tables=[{**TABLE, "rows": rows}])


def test_files_are_read_from_the_working_tree_or_from_a_commit(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("old", encoding="utf-8")
    make_repository(tmp_path)
    recorded = commit(tmp_path)
    (tmp_path / "metrics.json").write_text("new", encoding="utf-8")
    assert reader(tmp_path)(recorded, "metrics.json") == "old"
    assert reader(tmp_path)("workspace", "metrics.json") == "new"
    with pytest.raises(FirthError, match="unshallow"):
        reader(tmp_path)("0" * 40, "metrics.json")
    with pytest.raises(FirthError, match="make repro"):
        reader(tmp_path)("workspace", "other.json")
