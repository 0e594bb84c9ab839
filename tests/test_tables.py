"""Tables and metrics files hold rounded results in a stable order; what is damaged is named by file and line."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from firth.errors import FirthError
from firth.tables import flatten, read_csv, read_metrics, read_run, read_table, write_metrics, write_table

FRAME = pd.DataFrame(
    {
        "word": ['say "x"', "a,b", ""],
        "count": [1, 2, 3_000_000],
        "share": [1 / 3, 1.0, None],
        "known": [True, False, True],
    }
)
TYPES = {"word": str, "count": int, "share": float, "known": bool}


def test_csv_is_quoted_where_needed_and_floats_have_six_significant_digits(tmp_path: Path) -> None:
    write_table(tmp_path / "a.csv", FRAME)
    assert (tmp_path / "a.csv").read_bytes() == (
        b'word,count,share,known\n"say ""x""",1,0.333333,1\n"a,b",2,1,0\n,3000000,,1\n'
    )


def test_tsv_is_unquoted_and_refuses_what_it_cannot_hold(tmp_path: Path) -> None:
    write_table(tmp_path / "a.tsv", FRAME)
    assert (tmp_path / "a.tsv").read_bytes() == (
        b'word\tcount\tshare\tknown\nsay "x"\t1\t0.333333\t1\na,b\t2\t1\t0\n\t3000000\t\t1\n'
    )
    for odd in ("tab\t", "line\n"):
        with pytest.raises(ValueError, match=r"b\.tsv"):
            write_table(tmp_path / "b.tsv", pd.DataFrame({"word": [odd]}))
    assert [path.name for path in tmp_path.iterdir()] == ["a.tsv"]


def test_exact_floats_are_written_as_python_prints_them_and_read_back_unchanged(tmp_path: Path) -> None:
    values = [1 / 3, 1e-05, 1e22, 0.0, 1.0, 123456789.123456789, 5e-324, 0.1 + 0.2]
    values += np.exp(-30 * np.random.default_rng(0).random(1000)).tolist()
    write_table(tmp_path / "a.tsv", pd.DataFrame({"p": values}), exact=True)
    assert (tmp_path / "a.tsv").read_text().split("\n")[1:-1] == [repr(value) for value in values]
    assert read_table(tmp_path / "a.tsv", {"p": float}, "x")["p"].tolist() == values


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_reading_gives_the_types_asked_for(tmp_path: Path, name: str) -> None:
    write_table(tmp_path / name, FRAME)
    typed = read_table(tmp_path / name, TYPES, "x")
    for column in ("word", "count", "known"):
        assert typed[column].tolist() == FRAME[column].tolist()
    assert typed["share"].tolist()[:2] == [0.333333, 1.0]
    assert math.isnan(typed["share"][2])
    for columns in (list(TYPES), None):
        text = read_table(tmp_path / name, columns, "x")
        assert text["count"].tolist() == ["1", "2", "3000000"]
        assert text["share"].tolist() == ["0.333333", "1", ""]


def test_words_that_look_like_missing_values_stay_words(tmp_path: Path) -> None:
    words = ["NA", "null", "nan", "", "None", "007", "'", '"', "\u2028"]
    write_table(tmp_path / "a.tsv", pd.DataFrame({"word": words, "n": range(len(words))}))
    assert read_table(tmp_path / "a.tsv", ("word", "n"), "x")["word"].tolist() == words


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"line 1 does not hold word,n"),
        (b"n\tword\n", r"line 1 does not hold word,n"),
        (b"word\tn\na\t1\nb\n", r"line 3 does not hold 2 columns \(word, n\)"),
        (b"word\tn\na\t1\n\nb\t1\n", r"line 3 does not hold 2 columns"),
        (b"word\tn\na\t1\t\n", r"line 2 does not hold 2 columns"),
        (b"word\tn\na\t1\nb\tx\n", r"line 3 does not hold n as int"),
        (b"word\tn\na\t\n", r"line 2 does not hold n as int"),
        (b"word\tn\n\xff\t1\n", r"not UTF-8 \(byte 7\)"),
        (b"word\tn\na\t" + b"9" * 30 + b"\n", r"line 2 does not hold n as int"),
        (b"word\tn\na\t" + b"9" * 5000 + b"\n", r"line 2 does not hold n as int"),
    ],
)
def test_a_damaged_table_is_named_with_its_line_and_stage(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.tsv").write_bytes(content)
    with pytest.raises(FirthError, match=rf"a\.tsv: {message}.*; build it again with `dvc repro some@stage`"):
        read_table(tmp_path / "a.tsv", {"word": str, "n": int}, "some@stage")


def test_a_table_that_is_missing_names_its_stage(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"a\.tsv: not there yet; build it with `dvc repro some@stage`"):
        read_table(tmp_path / "a.tsv", ("word",), "some@stage")


def test_numbers_keep_six_significant_digits_and_keys_their_order(tmp_path: Path) -> None:
    write_metrics(tmp_path / "b.json", {"z": 1234567.8, "a": {"x": np.float32(1 / 3), "n": np.int64(7), "none": None}})
    assert (tmp_path / "b.json").read_text() == (
        '{\n  "z": 1234570.0,\n  "a": {\n    "x": 0.333333,\n    "n": 7,\n    "none": null\n  }\n}\n'
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float64("nan")])
def test_a_metric_that_is_not_finite_is_refused_and_nothing_written(tmp_path: Path, value: float) -> None:
    with pytest.raises(ValueError, match="None with a reason"):
        write_metrics(tmp_path / "a.json", {"loss": value})
    assert list(tmp_path.iterdir()) == []


def test_metrics_are_read_by_run_and_flattened_with_dots(tmp_path: Path) -> None:
    write_metrics(tmp_path / "svd.json", {"a": {"b": {"c": 1}}, "d": "e"})
    assert {run: flatten(metrics) for run, metrics in read_metrics(tmp_path).items()} == {"svd": {"a.b.c": 1, "d": "e"}}


def test_a_file_with_a_merge_conflict_is_named(tmp_path: Path) -> None:
    (tmp_path / "svd.json").write_text("<<<<<<< HEAD\n{}\n")
    with pytest.raises(FirthError, match=r"svd\.json: damaged or of another version \(Invalid JSON"):
        read_metrics(tmp_path)


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity"])
def test_a_number_of_a_table_is_finite_or_missing(tmp_path: Path, value: str) -> None:
    (tmp_path / "a.tsv").write_text(f"p\n{value}\n")
    with pytest.raises(FirthError, match=r"line 2 does not hold p as float"):
        read_table(tmp_path / "a.tsv", {"p": float}, "x")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("[1]", "damaged or of another version"),
        ('{"a": ', "damaged or of another version"),
        ('{"a": NaN}', "a is nan"),
        ('{"a": {"b": -Infinity}}', r"a\.b is -inf"),
        ('{"a": [1, 2]}', r"a is \[1, 2\]"),
        ('{"a": {"b": true}}', r"a\.b is True"),
        (f'{{"a": {10**30}}}', "a is 1000"),
        ('{"a": ' * 100_000, "damaged or of another version"),
    ],
)
def test_metrics_hold_numbers_text_and_null(tmp_path: Path, content: str, fault: str) -> None:
    path = tmp_path / "evaluations" / "evaluate_lm-gru" / "metrics.json"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with pytest.raises(FirthError, match=rf"metrics\.json: {fault}.*; build it again with `dvc repro evaluate_lm@gru`"):
        read_run(path)


def test_flat_metrics_hold_numbers_and_null_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": 1, "b": 2.5, "c": null}')
    assert read_run(path, flat=True) == {"a": 1, "b": 2.5, "c": None}
    for content in ('{"a": {"b": 1}}', '{"a": "text"}', '{"a": false}'):
        path.write_text(content)
        with pytest.raises(FirthError, match=r"a\.json: a is .*; build it again with `dvc repro`"):
            read_run(path, flat=True)


def test_a_csv_that_is_no_table_names_the_stage_of_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "models" / "lm-gru" / "curve.csv"
    with pytest.raises(FirthError, match=r"curve\.csv: not there yet; build it with `dvc repro lm@gru`"):
        read_csv(path)
    path.parent.mkdir(parents=True)
    for content in (b"", b"\xff\xfe\n", b"a,b\n1,2,3\n1,2,3,4\n"):
        path.write_bytes(content)
        with pytest.raises(FirthError, match=r"curve\.csv: not a table .*; build it again with `dvc repro lm@gru`"):
            read_csv(path)
