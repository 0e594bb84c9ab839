"""The three versions of a file in each kind of conflict, with real git."""

import shutil
from pathlib import Path

import pytest
from ask.small_pipeline import run
from merging.diverged_branches import make_diverged_branches
from pipeline.project import ROOT
from repositories import commit, make_repository

from firth.errors import FirthError
from firth.git import git
from firth.merging.git_operation import git_operation
from firth.merging.lock_merge import BASE, OURS, THEIRS


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The branch main, ``ours``, and the branch side, ``theirs``, have changed the same files of ``base``."""
    make_diverged_branches(tmp_path, write)
    return tmp_path


def write(folder: Path, content: str) -> None:
    (folder / "folder").mkdir(exist_ok=True)
    (folder / "file").write_text(f"{content}\n")
    (folder / "folder" / "file").write_text(f"{content}\n")
    (folder / "folder" / "gone").write_text(f"{content}\n")
    if content == "theirs":
        (folder / "folder" / "gone").unlink()
        (folder / "folder" / "new").write_text(f"{content}\n")


@pytest.mark.parametrize(
    ("command", "versions"),
    [
        ("merge side", {OURS: "ours", THEIRS: "theirs", BASE: "base"}),
        ("cherry-pick side", {OURS: "ours", THEIRS: "theirs", BASE: "base"}),
        ("rebase side", {OURS: "theirs", THEIRS: "ours", BASE: "base"}),
        ("revert side", {OURS: "ours", THEIRS: "base", BASE: "theirs"}),
    ],
)
def test_each_side_has_its_version(repository: Path, command: str, versions: dict[str, str]) -> None:
    run(repository, f"! git -c advice.detachedHead=false {command}")
    operation = git_operation(repository / "folder")
    assert {side: operation.text(side, "file").strip() for side in versions} == versions
    assert operation.conclusion.startswith(f"git {command.split(maxsplit=1)[0]}".replace("merge", "commit"))
    assert operation.unmerged() >= {"file", "folder/file"}


def test_a_rebase_that_is_concluded_is_not_taken_for_one_under_way(repository: Path) -> None:
    run(repository, "! git rebase side")
    git_operation(repository).restore(OURS, ["file", "folder"])
    run(repository, "git -c core.editor=true rebase --continue && git rev-parse --verify REBASE_HEAD")
    with pytest.raises(FirthError, match="merging nothing"):
        git_operation(repository)


@pytest.mark.parametrize("folder", ["", "studies/"])
def test_git_never_merges_what_commands_write_line_by_line(folder: str) -> None:
    names = [f"{folder}{name}" for name in ("dvc.lock", "code/lm-gru.txt", "settings/lm-gru.json")]
    names += ["reports/headline.json", "reports/seeds.json", "reports/studies/metrics/softmax.json"]
    lines = git(ROOT, "check-attr", "merge", "--", *names).splitlines()
    assert lines == [f"{name}: merge: unset" for name in names]


def test_git_merges_what_people_write_as_ever() -> None:
    names = ["params.yaml", ".gitignore", "studies/.gitignore", "src/firth/cli.py", "reports/README.md"]
    lines = git(ROOT, "check-attr", "merge", "--", *names).splitlines()
    assert lines == [f"{name}: merge: unspecified" for name in names]


@pytest.mark.parametrize("folder", ["data", "data/tokens", "models", "evaluations", "reports", "studies/data/raw"])
def test_outputs_that_either_side_has_added_stay_out_of_git(tmp_path: Path, folder: str) -> None:
    make_repository(tmp_path)
    ignored = tmp_path / folder / ".gitignore"
    ignored.parent.mkdir(parents=True)
    shutil.copy(ROOT / ".gitattributes", tmp_path)
    for branch, lines in (("base", "/a\n"), ("main", "/a\n/b\n"), ("side", "/a\n/c\n")):
        run(tmp_path, f"git switch --quiet --create {branch}-branch{'' if branch == 'base' else ' base-branch'}")
        ignored.write_text(lines)
        commit(tmp_path)
    run(tmp_path, "git merge --quiet main-branch")
    assert set(ignored.read_text().split()) == {"/a", "/b", "/c"}


def test_a_restored_folder_is_that_of_one_side(repository: Path) -> None:
    run(repository, "! git merge side")
    operation = git_operation(repository)
    assert "folder/gone" in operation.unmerged()
    operation.restore(THEIRS, ["folder", "unknown"])
    assert run(repository, "git diff side -- folder && ls folder").split() == ["file", "new"]
    assert operation.unmerged() == {"file"}
    operation.restore(OURS, ["folder"])
    assert run(repository, "git diff main -- folder && ls folder").split() == ["file", "gone"]


def test_lines_that_do_not_conflict_come_from_both_sides(repository: Path) -> None:
    run(repository, "git reset --quiet --hard HEAD~")  # to base
    lines = {"base": "0 1 2 3 4 5 6 7 8", "side": "0 1 2 3 side 5 6 7 last", "main": "first 1 2 3 main 5 6 7 8"}
    for branch, words in lines.items():
        run(repository, f"git switch --quiet --force-create {branch} {'main' if branch == 'base' else 'base'}")
        (repository / "lines").write_text(words.replace(" ", "\n"))
        commit(repository)
    run(repository, "! git merge side")
    assert " ".join(git_operation(repository).merged_by_line("lines").split()) == "first 1 2 3 main 5 6 7 last"


def test_without_a_merge_there_is_nothing_to_do(repository: Path) -> None:
    with pytest.raises(FirthError, match="git is merging nothing; `git merge BRANCH` begins a merge"):
        git_operation(repository)
