"""The terminal table, by hand."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from firth.errors import FirthError
from firth.report.metrics import write_metrics
from firth.report.table import metrics_table, metrics_text, print_metrics, readable

METRICS: dict[str, dict[str, Any]] = {
    "lm-lstm": {"parameters": 1234567, "test": {"perplexity": 82.3456}},
    "ngram": {"test": {"perplexity": 140.0, "perplexity_over_floor": None}},
}
SIGNATURE = "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.5.1"
LONG: dict[str, dict[str, Any]] = {"seq2seq-translation-additive": {"test_2016_flickr": {"bleu_signature": SIGNATURE}}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1,234,567"),
        (12345.678, "12,346"),
        (82.3456, "82.35"),
        (1.0, "1.000"),
        (0.04, "0.0400"),
        (0.98765, "0.9877"),
        (-0.5, "-0.5000"),
        (0.000123456, "0.000123"),
        (0.0, "0"),
        (None, "–"),
        (True, "True"),
        ("13a", "13a"),
        ([1, 2.5], "1, 2.500"),
    ],
)
def test_numbers_are_written_as_people_read_them(value: object, text: str) -> None:
    assert readable(value) == text


def test_piped_rows_are_whole_and_aligned() -> None:
    assert metrics_text(METRICS) == (
        "run      metric                      value\n"
        "lm-lstm  parameters                  1,234,567\n"
        "lm-lstm  test.perplexity             82.35\n"
        "ngram    test.perplexity             140.0\n"
        "ngram    test.perplexity_over_floor  –\n"
    )


def test_pipe_gets_no_escape_codes_and_nothing_is_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for run, values in {**METRICS, **LONG}.items():
        write_metrics(tmp_path / f"{run}.json", values)
    print_metrics(tmp_path)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "…" not in printed
    assert any(
        line.startswith("seq2seq-translation-additive  ") and line.endswith(SIGNATURE) for line in printed.split("\n")
    )
    assert len(printed.split("\n")) == 1 + 5 + 1


def test_terminal_of_80_columns_shows_every_name_and_value() -> None:
    screen = StringIO()
    Console(file=screen, width=80, force_terminal=True, color_system=None).print(metrics_table({**METRICS, **LONG}))
    lines = [line.rstrip() for line in screen.getvalue().split("\n")]
    assert all(len(line) <= 80 for line in lines)
    assert [line.split() for line in lines[:5]] == [
        *[["run,", "metric", "value"], ["lm-lstm"], ["parameters", "1,234,567"]],
        *[["test.perplexity", "82.35"], ["ngram"]],
    ]
    name = "  test_2016_flickr.bleu_signature"
    assert lines[7] == "seq2seq-translation-additive"
    assert lines[8].startswith(name)
    assert "".join(line[len(name) :].strip() for line in lines[8:]) == SIGNATURE


def test_no_metrics_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="no metrics yet; build them with `dvc repro`"):
        print_metrics(tmp_path)
