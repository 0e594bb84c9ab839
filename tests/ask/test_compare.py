"""``firth compare`` on a small git repository with two recorded experiments."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from repositories import commit, make_repository

from firth.ask.compare import (
    Change,
    compare,
    differences,
)
from firth.ask.comparison_lines import not_measured_lines, print_comparison, summary_lines
from firth.ask.seeds_file import Seeds, params_digest, written
from firth.ask.snapshots import Snapshot, committed
from firth.ask.stored_items import StoredItems
from firth.errors import FirthError
from firth.git import git
from firth.measures.seed_spread import Spread

ROOT = Path(__file__).parents[2]
PARAMS = "seed: 1\nlm:\n  layers: 1\n  cells: [rnn]\nlm_overrides:\n  rnn: {}\n"
NUMBERS = {"lm_rnn_test_perplexity": 9.5, "translation_dot_test_bleu": 80.0, "gradient_rnn_20_steps_back": 0.5}


def write(folder: Path, params: str | None = None, **changes: Any) -> None:
    if params is not None:
        (folder / "params.yaml").write_text(params)
    path = folder / "reports/headline.json"
    path.parent.mkdir(exist_ok=True)
    numbers = {**(json.loads(path.read_text()) if path.exists() else NUMBERS), **changes}
    path.write_text(json.dumps({name: value for name, value in numbers.items() if value != "gone"}))


@pytest.fixture
def repository(folder: Path) -> Path:
    """Two commits: the first has no headline, the second does."""
    make_repository(folder)
    (folder / "params.yaml").write_text(PARAMS)
    commit(folder, "Begin")
    write(folder)
    commit(folder, "Record a run")
    return folder


def snapshot(
    label: str, params: Mapping[str, Any], numbers: Mapping[str, float], seeds: Seeds | None = None
) -> Snapshot:
    """An experiment that has stored no test items."""
    return Snapshot(label, params, numbers, {}, StoredItems(Path(), label, None), seeds)


def test_without_revisions_the_last_commit_is_compared_with_the_workspace(repository: Path) -> None:
    write(repository, PARAMS.replace("layers: 1", "layers: 2"), lm_rnn_test_perplexity=9.25)
    found = compare(repository)
    assert found.params == [Change("lm.layers", 1, 2)]
    assert found.moved == [Change("lm_rnn_test_perplexity", 9.5, 9.25)]
    assert (found.same, found.nearly, found.after) == (2, 0, "workspace")
    assert found.before.startswith("HEAD (") and found.before.endswith(" Record a run)")


def test_numbers_that_the_later_experiment_does_not_give_have_their_reason(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reasons = repository / "reports/details/not_measured.csv"
    reasons.parent.mkdir()
    reasons.write_text(
        "number,reason\n"
        "translation_dot_test_bleu,no sentences in test\n"
        "translation_dot_test_chrf,no sentences in test\n"
        'gradient_rnn_20_steps_back,"few tokens, no more"\n'
    )
    write(repository, translation_dot_test_bleu=None, gradient_rnn_20_steps_back=None)
    commit(repository, "Lose two numbers")
    for later in (None, "HEAD"):
        print_comparison(compare(repository, "HEAD~1", later))
        lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        assert "not measured: translation_dot_test_bleu and 1 more: no sentences in test" in lines
        assert "not measured: gradient_rnn_20_steps_back: few tokens, no more" in lines
        assert any(line.split() == ["translation_dot_test_bleu", "80.0", "–", "gone"] for line in lines)
    print_comparison(compare(repository, "HEAD", "HEAD~1"))
    assert "not measured" not in capsys.readouterr().out


def test_many_reasons_are_few_lines() -> None:
    lines = not_measured_lines({f"number_{index}": f"reason {index}" for index in range(9)}, 6)
    assert len(lines) == 6 and str(lines[-1]).startswith("not measured: for 4 more reasons, see reports/details")


def test_two_revisions_are_compared_whatever_the_workspace_holds(repository: Path) -> None:
    write(
        repository, PARAMS.replace("[rnn]", "[rnn, gru]"), translation_dot_test_bleu="gone", qa_dot_test_exact_match=1
    )
    commit(repository, "Record another")
    write(repository, "seed: 7\n", lm_rnn_test_perplexity=1)
    found = compare(repository, "HEAD~", "HEAD")
    assert found.params == [Change("lm.cells", ["rnn"], ["rnn", "gru"])]
    assert [(change.name, change.verdict) for change in found.moved] == [
        ("qa_dot_test_exact_match", "new"),
        ("translation_dot_test_bleu", "gone"),
    ]
    one = compare(repository, "HEAD~")
    assert Change("seed", 1, 7) in one.params and Change("lm_overrides.rnn", {}, "–") in one.params


def test_an_experiment_of_dvc_is_found_by_its_name(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD").strip()
    git(repository, "update-ref", f"refs/exps/ab/{head[2:]}/loud-newt", head)
    assert compare(repository, "loud-newt").before.startswith("loud-newt (")


def test_a_folder_inside_a_repository_is_compared_with_itself(repository: Path) -> None:
    inner = repository / "inner"
    inner.mkdir()
    write(inner, PARAMS)
    commit(repository, "Record another experiment")
    write(inner, lm_rnn_test_perplexity=9.0)
    assert compare(inner).moved == [Change("lm_rnn_test_perplexity", 9.5, 9.0)]


@pytest.mark.parametrize(
    ("revision", "named"),
    [
        ("HEAD~", r"Begin\) has no reports/headline\.json"),
        ("nothing", "nothing: no commit"),
        ("--all", "--all: no com"),
    ],
)
def test_what_cannot_be_compared_is_one_line(repository: Path, revision: str, named: str) -> None:
    with pytest.raises(FirthError, match=named) as caught:
        compare(repository, revision)
    assert "\n" not in str(caught.value)


def test_missing_and_damaged_files_are_named(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (repository / "reports/headline.json").write_text("<<<<<<< HEAD")
    with pytest.raises(FirthError, match=r"reports/headline\.json \(workspace\): not the JSON"):
        compare(repository)
    (repository / "reports/headline.json").unlink()
    os.mkfifo(repository / "reports/headline.json")
    with pytest.raises(FirthError, match=r"headline\.json: is no regular file"):
        compare(repository)
    (repository / "reports/headline.json").unlink()
    with pytest.raises(FirthError, match=r"headline\.json: not there; build it with `make repro`"):
        compare(repository)
    write(repository, "lm: [")
    with pytest.raises(FirthError, match=r"params\.yaml \(workspace\): not the YAML"):
        compare(repository)
    (repository / "params.yaml").write_bytes(b"seed: \xff")
    with pytest.raises(FirthError, match=r"params\.yaml: not UTF-8 \(byte 6\)"):
        compare(repository)
    with pytest.raises(FirthError, match="not in a git repository"):
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        (elsewhere / ".git").write_text("gitdir: nowhere")  # whatever the folder above is
        compare(elsewhere)


def comparison(before: dict[str, float], after: dict[str, float], params: int = 0) -> Any:
    values = {f"lm.key_{number}": number for number in range(params)}
    return differences(snapshot("one", values, before), snapshot("other", dict.fromkeys(values, "x" * 60), after))


def test_better_and_worse_follow_the_direction_of_each_number(capsys: pytest.CaptureFixture[str]) -> None:
    after = {"lm_rnn_test_perplexity": 9.75, "translation_dot_test_bleu": 81.04, "gradient_rnn_20_steps_back": 0.25}
    print_comparison(comparison(NUMBERS, after))
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["lm_rnn_test_perplexity", "9.50", "9.75", "+0.25", "worse"] in rows
    assert ["translation_dot_test_bleu", "80.0", "81.0", "+1.0", "better"] in rows
    assert ["gradient_rnn_20_steps_back", "0.5000", "0.2500", "-0.2500"] in rows


def test_digits_that_are_not_shown_do_not_count_as_a_move() -> None:
    found = comparison(NUMBERS, {**NUMBERS, "lm_rnn_test_perplexity": 9.5001})
    assert (found.moved, found.nearly, found.same) == ([], 1, 2)


def test_a_large_comparison_fits_one_screen(capsys: pytest.CaptureFixture[str]) -> None:
    spaces, gold = ("svd", "word2vec"), ("wordsim353", "men", "simlex999")
    models = ("ngram", "feedforward", "rnn", "gru", "lstm", "transformer")
    names = [f"{space}_{name}_spearman" for space in spaces for name in gold]
    names += [f"lm_{model}_{score}" for model in models for score in ("test_perplexity", "agreement_one_attractor")]
    names += [f"translation_general_test_20{year}_flickr_bleu" for year in range(10, 28)]
    found = comparison(dict.fromkeys(names, 1.0), {name: 2.0 + place for place, name in enumerate(names)}, params=30)
    print_comparison(replace(found, not_measured={f"number_{place}": f"{place} " * 60 for place in range(9)}))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 100
    print_comparison(found)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 100
    assert "  … and 20 more" in [line.rstrip() for line in lines]
    assert len([line for line in lines if line.startswith("  translation_general")]) == 18  # moved most
    assert len(summary_lines(found, 8)) == 8
    assert all(len(line.plain) <= 100 for line in summary_lines(found, 8))


def test_of_two_long_values_the_part_that_differs_is_shown() -> None:
    one, other = (snapshot("", {"report.words": [*map(str, range(20)), last]}, {}) for last in ("apple", "pear"))
    (line,) = summary_lines(differences(one, other), 8)[1:]
    assert "apple" in line.plain and "pear" in line.plain


def test_a_long_value_that_is_cut_beside_a_long_name_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = ({"lm_overrides.transformer.context_size": letter * 39} for letter in "ab")
    print_comparison(differences(snapshot("", one, {}), snapshot("", other, {})))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "context_size" in line]
    assert len(line) <= 100
    assert [word.strip("ab") for word in line.split()] == ["lm_overrides.transformer.context_size", "…", "→", "…"]


def test_a_password_in_an_address_is_not_shown() -> None:
    one, other = (snapshot("", {"corpora.lm.url": f"https://me:{word}@host/{word}"}, {}) for word in ("a1", "b2"))
    (line,) = summary_lines(differences(one, other), 8)[1:]
    assert "https://host/a1" in line.plain and "https://host/b2" in line.plain


def test_comparing_imports_nothing_heavy() -> None:
    code = "import sys, firth.ask.comparison_lines, firth.ask.summary; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "pandas", "numpy", "dvc", "scipy", "pydantic"} & set(modules)


def seeds_of(params: Mapping[str, Any], deviation: float) -> Seeds:
    return Seeds(params_digest(params), {"lm_rnn_test_perplexity": Spread(9.5, deviation, 5)})


def test_a_change_within_the_spread_of_seeds_is_told_from_one_beyond(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = snapshot("one", {"seed": 1}, NUMBERS), snapshot("other", {"seed": 2}, NUMBERS)
    after = {**NUMBERS, "lm_rnn_test_perplexity": 9.6}  # the largest difference by chance: 2.776 · √2 = 3.93 times s
    for deviation, verdict, shown in ((0.02, "worse", "±0.08"), (0.03, "within seeds", "±0.12")):
        for before in (True, False):
            seeds = seeds_of((one if before else other).params, deviation)
            found = differences(
                replace(one, seeds=seeds if before else None),
                replace(other, numbers=after, seeds=None if before else seeds),
            )
            assert [change.verdict for change in found.moved] == [verdict]
            print_comparison(found)
            rows = [line.split() for line in capsys.readouterr().out.splitlines()]
            assert ["lm_rnn_test_perplexity", "9.50", "9.60", "+0.10", shown, *verdict.split()] in rows


def test_seeds_of_other_params_are_not_used_and_a_line_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    seeds = seeds_of({"seed": 3}, 99)
    one = snapshot("one", {"seed": 1}, NUMBERS, seeds=seeds)
    other = snapshot("other", {"seed": 2}, {**NUMBERS, "lm_rnn_test_perplexity": 9.6}, seeds=seeds)
    found = differences(one, other)
    assert [change.verdict for change in found.moved] == ["worse"]
    print_comparison(found)
    assert "no spread over seeds: reports/seeds.json is of other params" in capsys.readouterr().out


def test_the_seeds_file_is_read_from_each_commit(repository: Path) -> None:
    path = repository / "reports/seeds.json"
    path.write_text(json.dumps(written(seeds_of({"seed": 5}, 2))))
    commit(repository, "Record the spread")
    path.unlink()
    assert committed(repository, "HEAD").seeds == seeds_of({"seed": 5}, 2)
    assert committed(repository, "HEAD~").seeds is None
    for damaged in ("<<<<<<< HEAD", "[]", '{"params": "", "numbers": {"x": 1}}'):
        path.write_text(damaged)
        with pytest.raises(FirthError, match=r"reports/seeds\.json \(workspace\): .*`firth seeds` writes it anew"):
            compare(repository)


def test_intervals_seeds_and_reasons_fit_one_screen_too(capsys: pytest.CaptureFixture[str]) -> None:
    names = json.loads((ROOT / "reports/headline.json").read_text())
    before, after = ({name: step + place / 100 for place, name in enumerate(names)} for step in (0.1, 0.2))
    found = comparison(before, after, params=30)
    moved = [replace(change, interval=(-0.123456, 0.123456), seeds=0.05) for change in found.moved]
    reasons = {f"number_{place}": f"{place} " * 60 for place in range(9)}
    unread = {f"number_{place}": f"{place % 3} " * 60 for place in range(9)}
    print_comparison(replace(found, moved=moved, without_interval=unread, not_measured=reasons, seeds_note="x " * 60))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 100
    print_comparison(replace(found, moved=moved))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 100
    (line,) = (line.split() for line in lines if "lm_feedforward_agreement_one_attractor" in line)
    assert line[-2:] == ["within", "noise"] and line[3:-2] == ["+0.100", "-0.123", "to", "+0.123", "±0.050"]
