"""Real git and DVC: branches with other params are merged, and only what no branch has built runs."""

import contextlib
import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from ask.small_pipeline import run
from dvc.cli import main
from dvc.lock import Lock
from pipeline.project import ROOT, change_params
from repositories import commit, make_repository
from ruamel.yaml import YAML

from firth.errors import FirthError
from firth.merging.merge_command import print_merged
from firth.output_lock import output_lock
from firth.params.experiment import load_params
from firth.stages import check, code
from firth.workspace import Workspace


def stage(item: str, read: str = "") -> dict[str, Any]:
    """A stage whose output holds its settings and what it reads, and that notes that it ran."""
    return {
        "cmd": f"echo {item} >> ran && mkdir -p models && cat settings/{item}.json {read} > models/{item}",
        "deps": [f"settings/{item}.json", f"code/{item}.txt", *([read] if read else [])],
        "outs": [f"models/{item}"],
    }


STAGES = {
    "ngram": stage("ngram"),
    "svd": {
        **stage("svd"),
        "cmd": f"{stage('svd')['cmd']} && mkdir -p reports && wc -c < models/svd > reports/svd.json",
        "metrics": [{"reports/svd.json": {"cache": False}}],
    },
    "lm": stage("lm-gru", "models/svd"),
    "evaluate_lm": stage("evaluate_lm-gru", "models/lm-gru"),
    "headline": {
        "cmd": "echo headline >> ran && mkdir -p reports && cat models/* | tr -d '\\n' > reports/headline.json",
        "deps": ["settings/headline.json", "code/headline.txt", "models"],
        "outs": [{"reports/headline.json": {"cache": False}}],
    },
}
BRANCHES: dict[str, dict[str, Any]] = {
    "narrow": {"ngram": {"order": 2}, "lm": {"hidden_size": 64}},
    "short": {"svd": {"dimension": 8}, "lm": {"embedding_size": 32}},  # the line before hidden_size
    "fourgrams": {"ngram": {"order": 4}},
}
UNBUILT = "fourgrams"


@pytest.fixture(scope="module")
def branches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a branch for each of ``BRANCHES``, the first two of them built."""
    folder = tmp_path_factory.mktemp("merging") / "pipeline"
    folder.mkdir()
    (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": STAGES}, sort_keys=False))
    for name in ("params.yaml", ".gitattributes"):
        shutil.copy(ROOT / name, folder / name)
    (folder / ".gitignore").write_text("/ran\n/logs\n")
    make_repository(folder)
    dvc(folder, "init")
    code.run(Workspace(folder))
    build(folder)
    for branch, changes in BRANCHES.items():
        run(folder, f"git switch --quiet --create {branch} main")
        change_params(folder / "params.yaml", changes)
        build(folder) if branch != UNBUILT else commit(folder)
    return folder


def dvc(folder: Path, command: str) -> None:
    """Run a command of DVC's in this process, which saves its start."""
    with contextlib.chdir(folder):
        assert main([command, "--quiet"]) == 0


def build(folder: Path) -> None:
    check.run(load_params(folder / "params.yaml"), Workspace(folder))
    dvc(folder, "repro")
    commit(folder)


@pytest.fixture
def copy(branches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository, on the branch ``narrow``, with what ``dvc pull`` brings: no run cache and no file of git's."""
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    folder = shutil.copytree(branches, tmp_path / "pipeline", symlinks=True)
    shutil.rmtree(folder / ".dvc" / "cache" / "runs")
    remove_object(folder, run(folder, "git show short:reports/svd.json"))
    run(folder, "git switch --quiet narrow && rm ran")
    dvc(folder, "checkout")
    return folder


def remove_object(folder: Path, content: str) -> None:
    digest = hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
    (folder / ".dvc" / "cache" / "files" / "md5" / digest[:2] / digest[2:]).unlink()


def begin_merge(folder: Path, branch: str) -> None:
    run(folder, f"! git merge --quiet {branch}")


def conflicts(folder: Path) -> set[str]:
    return set(run(folder, "git diff --name-only --diff-filter=U").split())


def built_anew(folder: Path) -> set[str]:
    dvc(folder, "repro")
    return set((folder / "ran").read_text().split())


def values(folder: Path) -> Any:
    return YAML(typ="safe").load((folder / "params.yaml").read_text())


def test_only_what_neither_branch_has_built_is_built(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begin_merge(copy, "short")
    assert conflicts(copy) > {"params.yaml", "dvc.lock", "reports/headline.json", "settings/lm-gru.json"}
    print_merged(copy)
    assert conflicts(copy) == set()
    assert capsys.readouterr().out.splitlines()[1:] == [
        "dvc.lock: records that fit: 1 of ours, 1 of theirs; to build anew: lm, evaluate_lm, headline",
        "next: `firth repro`, `git add dvc.lock settings code reports`, `git commit`",
    ]
    merged = values(copy)
    assert built_anew(copy) == {"lm-gru", "evaluate_lm-gru", "headline"}
    assert run(copy, "git diff short -- reports/svd.json") == ""
    run(copy, "git checkout --quiet main -- params.yaml")
    for branch in ("narrow", "short"):
        change_params(copy / "params.yaml", BRANCHES[branch])
    assert values(copy) == merged


def test_a_key_that_both_branches_changed_is_left_to_a_person_and_nothing_is_touched(copy: Path) -> None:
    begin_merge(copy, "fourgrams")
    before = run(copy, "git status --porcelain && cat params.yaml dvc.lock")
    with pytest.raises(FirthError) as refused:
        print_merged(copy)
    assert str(refused.value) == (
        "params.yaml: both sides changed ngram.order (2 and 4); "
        "settle each conflict in it, then run `firth merge` again"
    )
    assert run(copy, "git status --porcelain && cat params.yaml dvc.lock") == before
    run(copy, "git checkout --quiet narrow -- params.yaml")
    change_params(copy / "params.yaml", BRANCHES["fourgrams"])
    print_merged(copy)
    assert conflicts(copy) == set()
    assert built_anew(copy) == {"ngram", "headline"}


def test_while_dvc_or_a_stage_is_at_work_nothing_is_touched(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firth.lock_file.SECONDS_FOR_LOCK", 0.0)
    begin_merge(copy, "short")
    before = run(copy, "git status --porcelain && cat params.yaml dvc.lock")
    with Lock(str(copy / ".dvc" / "tmp" / "lock")), pytest.raises(FirthError, match="another DVC process has locked"):
        print_merged(copy)
    for item in ("ngram", "check", "lm-rnn"):  # no branch has recorded an RNN
        with output_lock(Workspace(copy).lock(item), item), pytest.raises(FirthError, match=f"{item}: process"):
            print_merged(copy)
    assert run(copy, "git status --porcelain && cat params.yaml dvc.lock") == before
    print_merged(copy)
    assert conflicts(copy) == set()


def test_params_of_a_pipeline_that_neither_branch_has_built_are_not_written_while_a_stage_is_at_work(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firth.lock_file.SECONDS_FOR_LOCK", 0.0)
    for branch, changes in (("wide", {"hidden_size": 320}), ("small", {"embedding_size": 16})):  # neighboring lines
        run(copy, f"git switch --quiet --create {branch} main")
        change_params(copy / "params.yaml", {"lm": changes})
        commit(copy)
    begin_merge(copy, "wide")
    assert conflicts(copy) == {"params.yaml"}
    before = run(copy, "git status --porcelain && cat params.yaml")
    with output_lock(Workspace(copy).lock("lm-gru"), "lm-gru"), pytest.raises(FirthError, match="lm-gru: process"):
        print_merged(copy)
    assert run(copy, "git status --porcelain && cat params.yaml") == before
    print_merged(copy)
    assert (values(copy)["lm"]["hidden_size"], values(copy)["lm"]["embedding_size"]) == (320, 16)


def test_records_stay_whole_where_git_has_merged_lines_of_dvc_lock(copy: Path) -> None:
    (copy / ".git" / "info" / "attributes").write_text("dvc.lock merge=union\n")  # no conflict, lines of both sides
    begin_merge(copy, "short")
    assert "dvc.lock" not in conflicts(copy)
    print_merged(copy)
    ours, theirs, merged = (
        YAML(typ="safe").load(text)["stages"]
        for text in (*(run(copy, f"git show {rev}:dvc.lock") for rev in ("narrow", "short")), run(copy, "cat dvc.lock"))
    )
    assert set(merged) == set(STAGES)
    assert all(record in (ours[item], theirs[item]) for item, record in merged.items())


def test_outputs_that_the_cache_lacks_are_named(
    copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy)
    begin_merge(copy, "short")
    remove_object(copy, run(copy, "git show short:settings/svd.json"))  # models/svd is a copy of it
    print_merged(copy)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "cache" in line] == [
        "not in DVC's cache: models/svd; `dvc pull` fetches them, else `firth repro` builds them anew"
    ]
