"""A small copy of the project in a repository of its own, built once with ``firth repro``."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.project import ROOT, SMALL, Project, change_params

BUILT = ("reports/metrics/", "reports/plots/", "reports/details/", "reports/headline", "dvc.lock", "code/", "settings/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of this folder on one worker of pytest-xdist: they share one build."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("pipeline"))


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The working tree's files with the small experiment, built and committed; for tests that change nothing in it."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\n\tname = Tester\n\temail = tester@example.org\n")
    project = Project(tmp_path_factory.mktemp("project"), home)
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
    )
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(BUILT):
            (project.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, project.root / name)
    change_params(project.root / "params.yaml", SMALL)
    project.run("git", "init", "--quiet", "--initial-branch=main")
    project.commit("Start")
    project.run("firth", "repro", "--jobs", "2", traced=True, timeout=1800)
    project.commit("Build")
    project.run("git", "tag", "built")
    return project


@pytest.fixture
def built(small_build: Project) -> Iterator[Project]:
    """The small copy; what the test changes in it, pass or fail, is taken back."""
    yield small_build
    small_build.touch_params()
    small_build.run("git", "checkout", "--quiet", "--force", "-B", "main", "built")
    small_build.run("git", "clean", "--quiet", "--force", "-d")
    small_build.run("dvc", "checkout", "--force", "--quiet")
    small_build.run("dvc", "exp", "remove", "--quiet", "--all-commits")
    small_build.run("dvc", "queue", "remove", "--quiet", "--all")
