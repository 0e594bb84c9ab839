"""`firth verify --rebuild`: the last commit built anew, and how its results are held against the committed ones."""

from pathlib import Path

import pytest
from ask.small_pipeline import make_pipeline, run
from repositories import commit, make_repository

from firth.ask.rebuilt_clone import differences, metric_differences, print_rebuilt, table_differences
from firth.errors import FirthError


def test_a_metric_that_differs_is_shown_with_the_difference() -> None:
    before = '{"lm": {"perplexity": 20.0, "sentences": 5}, "bleu": [1.0, 2.5], "old": 3}'
    after = '{"lm": {"perplexity": 20.5, "sentences": 5}, "bleu": [1.0, 2.0], "new": true}'
    assert list(metric_differences(before, after)) == [
        "lm.perplexity: 20.0 → 20.5 (+0.5)",
        "bleu.1: 2.5 → 2.0 (-0.5)",
        "old: 3 → –",
        "new: – → True",
    ]
    assert list(metric_differences(before, before)) == []


def test_a_column_that_differs_is_shown_with_the_largest_difference() -> None:
    before = "model,perplexity,note\nrnn,1.5,a\ngru,1.25,b\nlstm,1,c\n"
    after = "model,perplexity,note\nrnn,1.25,a\ngru,1.75,b\nlstm,1,d\n"
    assert list(table_differences(before, after)) == [
        "column perplexity: rows that differ: 2 of 3, by at most 0.5",
        "column note: rows that differ: 1 of 3",
    ]
    assert list(table_differences(before, before)) == []
    assert list(table_differences(before, "model,perplexity,note\nrnn,1.5,a\n")) == [
        "other rows or columns, rows: 3, now 1"
    ]
    assert list(table_differences(before, before.replace("note", "text"))) == ["other rows or columns, rows: 3, now 3"]


def test_a_damaged_record_in_the_last_commit_is_one_line(tmp_path: Path) -> None:
    make_repository(tmp_path)
    (tmp_path / "dvc.lock").write_text("<<<<<<< HEAD\nstages: {}\n")
    commit(tmp_path)
    with pytest.raises(FirthError, match=r"^dvc\.lock of HEAD: not DVC's; build the experiment with `make repro`"):
        list(differences(tmp_path))


def test_the_last_commit_is_built_anew_without_a_cache_and_compared(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("TMPDIR", "DVC_SITE_CACHE_DIR"):
        (tmp_path / variable).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.setattr("tempfile.tempdir", None)
    folder = tmp_path / "project"
    make_pipeline(folder)
    (folder / "headline").write_text("{}\n")  # not committed, and not looked at
    print_rebuilt(folder, jobs=1)
    output = capfd.readouterr().out
    assert "Running stage 'model'" in output
    assert "built anew: same bytes, in all 4 outputs and in every committed result" in output
    assert list((tmp_path / "TMPDIR").iterdir()) == []
    assert run(folder, "git status --porcelain") == " M headline\n"

    run(folder, "git checkout --quiet headline && sed -i 's/20.0/21.0/' reports/headline.json")
    run(folder, "printf 1.75 > models/a.txt && dvc commit --quiet --force model headline")
    run(folder, "sed -i 's/1.25/1.0/' reports/table.csv")
    commit(folder)
    with pytest.raises(FirthError) as caught:
        print_rebuilt(folder, jobs=1)
    *lines, last = str(caught.value).splitlines()
    assert lines == [
        "models: other bytes",
        "reports/headline.json: other bytes",
        "reports/headline.json: lm.perplexity: 21.0 → 20.0 (-1)",
        "reports/table.csv: column perplexity: rows that differ: 1 of 2, by at most 0.25",
    ]
    (left,) = (tmp_path / "TMPDIR").iterdir()
    assert last.endswith(f"built anew differs; it is left in {left}/clone")


def test_a_build_that_fails_and_a_folder_without_a_commit_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = tmp_path / "project"
    folder.mkdir()
    with pytest.raises(FirthError, match=r"git rev-parse: .*; run this in a git repository with a commit"):
        print_rebuilt(folder, None)
    (folder / "params.yaml").write_text("threads: 1\n")
    (folder / "dvc.yaml").write_text("stages:\n  model:\n    cmd: exit 3\n    outs: [models]\n")
    make_repository(folder)
    run(folder, "dvc init --quiet")
    commit(folder)
    with pytest.raises(FirthError):
        print_rebuilt(folder, jobs=1)
    assert [path.name for path in tmp_path.glob("firth-verify-*")] == []
