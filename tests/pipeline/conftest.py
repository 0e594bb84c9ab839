"""A small copy of the project in a repository of its own, built once by a real `dvc repro`."""

import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest
from pipeline.project import ROOT, SMALL, Project, change_params


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Project]:
    """Make a repository with the working tree's files and the small experiment, nothing of it built."""

    def make() -> Project:
        home = tmp_path_factory.mktemp("home")
        (home / "gitconfig").write_text("[user]\n\tname = Tester\n\temail = tester@example.org\n")
        project = Project(tmp_path_factory.mktemp("project"), home)
        listed = subprocess.check_output(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
        )
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file() and not name.startswith(("reports/metrics/", "reports/plots/", "dvc.lock")):
                (project.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, project.root / name)
        change_params(project.root / "params.yaml", SMALL)
        project.run("git", "init", "--quiet", "--initial-branch=main")
        project.commit("Start")
        return project

    return make


@pytest.fixture(scope="session")
def _built(new_project: Callable[[], Project]) -> Project:
    project = new_project()
    project.run("firth", "check")
    project.run("dvc", "repro")
    project.commit("Build")
    return project


@pytest.fixture
def built(_built: Project) -> Iterator[Project]:
    """The small copy; what the test changes in it, pass or fail, is taken back."""
    yield _built
    _built.run("git", "checkout", "--quiet", "--force", "HEAD")
    _built.run("git", "clean", "--quiet", "--force", "-d")
    _built.run("dvc", "checkout", "--force")
