"""A small copy of the project in a repository of its own, built once by ``firth repro``; tests work in copies of it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from pipeline.project import ROOT, SMALL, Project, change_params

BUILT = (
    "reports/metrics/",
    "reports/plots/",
    "reports/details/",
    "reports/headline",
    "reports/seeds",
    "dvc.lock",
    "code/",
    "settings/",
)
READ_BY_DVC = "settings/own_files.json"
FIRST = "test_document_commands.py"  # the longest; the small copy is built for it
# Folders of long tests that do without the small copy.
MEANWHILE = ("lm", "seq2seq", "stages", "text", "training", "vectors")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files, of which ``make test`` gives each worker one after another, so that no worker waits for another.

    One worker builds the small copy and goes on with the longest file, the other runs tests that do without the copy;
    then come the other files of this folder, which take long, and the short rest.
    """
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        if item.path == here / FIRST:
            return 0
        if item.path.relative_to(here.parent).parts[0] in MEANWHILE:
            return 1
        return 2 if item.path.is_relative_to(here) else 3

    items.sort(key=place)


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The working tree's files with the small experiment, built and committed; no command may run in it.

    The first worker of pytest-xdist that needs it builds it, for all.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    project = Project(shared / "project", shared / "home")
    built, failed = shared / "built", shared / "failed"
    with FileLock(shared / "build.lock"):
        if failed.exists():
            pytest.fail(failed.read_text(encoding="utf-8"))
        if not built.exists():
            try:
                build(project)
            except BaseException as error:
                failed.write_text(f"the small experiment was not built: {error}", encoding="utf-8")
                raise
            built.touch()
    return project


def build(project: Project) -> None:
    copy_project(project)
    project.commit("Start")
    jobs = "1" if "PYTEST_XDIST_WORKER" in os.environ else "2"  # the other worker has work of its own
    project.run("firth", "repro", "--jobs", jobs, traced=True, timeout=1800)
    project.commit("Build")
    project.run("git", "tag", "built")
    project.run("git", "gc", "--quiet")  # fewer files to copy


def copy_project(project: Project) -> None:
    """The working tree's files with the small experiment, not built."""
    project.root.mkdir()
    project.home.mkdir()
    (project.home / ".gitconfig").write_text("[user]\n\tname = Tester\n\temail = tester@example.org\n")
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
    )
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and (name == READ_BY_DVC or not name.startswith(BUILT)):
            (project.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, project.root / name)
    change_params(project.root / "params.yaml", SMALL)
    project.run("git", "init", "--quiet", "--initial-branch=main")


@pytest.fixture
def built(small_build: Project, tmp_path: Path) -> Iterator[Project]:
    """A copy of the small build, for one test."""
    copy = Project(tmp_path / "project", small_build.home)
    shutil.copytree(small_build.root, copy.root, symlinks=True)
    yield copy
    shutil.rmtree(copy.root, ignore_errors=True)  # where a worker of DVC's queue may still be ending
