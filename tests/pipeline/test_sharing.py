"""A team's remotes and caches with real `dvc` commands: what one person has built, another one does not compute.

``make test-sharing`` runs all of these tests; ``make test`` leaves out those marked ``servers``.
"""

import hashlib
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.project import Project
from pipeline.servers import http_server, s3_server, ssh_server

UP_TO_DATE = "Data and pipelines are up to date."
ELSEWHERE = "somewhere else, déjà vu"  # a folder with spaces and accents
S3_SETTINGS = {"access_key_id": "key", "secret_access_key": "secret"}


@pytest.fixture(scope="module")
def first(small_build: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The working copy of somebody who has recorded the small experiment, and tried another value since."""
    folder = tmp_path_factory.mktemp("sharing")
    project = Project(folder / "first", small_build.home)
    shutil.copytree(small_build.root, project.root, symlinks=True)
    project.change("ngram", "order", 2)
    assert project.repro("ngram") == ["check", "ngram"]
    yield project
    shutil.rmtree(folder, ignore_errors=True)


def configure(project: Project, section: str, settings: dict[str, str]) -> None:
    """Settings of one working copy, as ``dvc config --local`` writes them."""
    path = project.root / ".dvc" / "config.local"
    before = path.read_text() if path.exists() else ""
    lines = [f"    {name} = {value}" for name, value in settings.items()]
    path.write_text(before + "\n".join([f"[{section}]", *lines, ""]))


def add_remote(project: Project, address: str, settings: dict[str, str]) -> None:
    """Make an address the only remote of a working copy."""
    (project.root / ".dvc" / "config.local").unlink(missing_ok=True)
    configure(project, "core", {"remote": "team"})
    configure(project, "'remote \"team\"'", {"url": address, **settings})


def clone(first: Project, folder: Path, address: str, settings: dict[str, str]) -> Project:
    """The checkout of a teammate, at another path."""
    project = Project(folder / ELSEWHERE, first.home)
    first.run("git", "clone", "--quiet", str(first.root), str(project.root))
    add_remote(project, address, settings)
    return project


def verify_nothing_to_rebuild(project: Project) -> None:
    """DVC and Firth find every stage up to date, and git no change."""
    assert UP_TO_DATE in project.run("dvc", "status").stdout
    assert UP_TO_DATE in project.run("firth", "repro", "--jobs", "2").stdout
    assert project.changed_files() == []
    assert (project.root / "reports" / "index.html").exists()


def verify_sharing(first: Project, folder: Path, address: str, settings: dict[str, str]) -> None:
    """What the first person has built and tried, the teammate gets from the remote, and computes nothing."""
    add_remote(first, address, settings)
    first.run("bash", "-c", "umask 002; dvc push --run-cache --all-branches")
    teammate = clone(first, folder, address, settings)
    teammate.run("dvc", "pull", "--run-cache")
    verify_nothing_to_rebuild(teammate)
    teammate.change("ngram", "order", 2)
    assert teammate.repro("--pull", "ngram") == ["check", "ngram*"]


def test_a_teammate_gets_everything_from_a_folder_and_computes_nothing(first: Project, tmp_path: Path) -> None:
    remote = tmp_path / "remote"
    remote.mkdir()
    remote.chmod(0o2775)
    add_remote(first, str(remote), {})
    (warning,) = first.run("firth", "check").stderr.splitlines()
    assert warning.startswith("warning: the remote lacks outputs that the last commit names: data/raw/embeddings, ")
    verify_sharing(first, tmp_path, str(remote), {"shared": "group"})
    modes = {path.stat().st_mode & 0o2070 for path in remote.rglob("*") if path.is_dir()}
    assert modes == {stat.S_ISGID | stat.S_IRWXG}  # others of the group add to every folder


def test_stages_leave_a_shared_cache_intact_that_working_copies_link_to(first: Project, tmp_path: Path) -> None:
    shared, project = share_cache(first, tmp_path)
    project.change("ngram", "order", 4)
    project.change("svd", "dimension", 6)
    assert set(project.repro("ngram", "svd")) == {"check", "ngram", "svd"}
    verify_intact(shared)


@pytest.mark.servers
def test_every_stage_leaves_a_shared_cache_intact(first: Project, tmp_path: Path) -> None:
    shared, project = share_cache(first, tmp_path)
    (project.root / "dvc.lock").unlink()
    shutil.rmtree(shared / "runs")
    assert " 0 came from the run cache, 0 had not changed" in project.run("firth", "repro", "--jobs", "2").stdout
    assert set(project.changed_files()) <= {"dvc.lock"}  # whose stages may be in another order
    verify_intact(shared)


def share_cache(first: Project, folder: Path) -> tuple[Path, Project]:
    """A cache that a group shares, and the checkout of one of its members, whose outputs are links into the cache."""
    shared = folder / "cache"
    shutil.copytree(first.root / ".dvc" / "cache", shared)
    project = Project(folder / ELSEWHERE, first.home)
    first.run("git", "clone", "--quiet", str(first.root), str(project.root))
    configure(project, "cache", {"dir": str(shared), "shared": "group", "type": "symlink"})
    project.run("dvc", "checkout")
    linked = project.root / "models" / "lm-ngram"
    assert all(path.is_symlink() and path.resolve().is_relative_to(shared) for path in linked.iterdir())
    return shared, project


def verify_intact(cache: Path) -> None:
    """Every object has the content that its name says."""
    objects = [path for path in (cache / "files" / "md5").glob("*/*") if path.is_file()]
    assert len(objects) > 100
    for path in objects:
        assert hashlib.md5(path.read_bytes()).hexdigest() == path.parent.name + path.stem


@pytest.mark.servers
def test_a_teammate_gets_everything_over_ssh_and_computes_nothing(first: Project, tmp_path: Path) -> None:
    with ssh_server(tmp_path / "server", first.home) as (address, key):
        verify_sharing(first, tmp_path, f"{address}{tmp_path}/remote", {"keyfile": str(key)})
    assert (tmp_path / "remote" / "files").is_dir()


@pytest.mark.servers
def test_a_teammate_gets_everything_from_s3_and_computes_nothing(first: Project, tmp_path: Path) -> None:
    with s3_server("team") as address:
        verify_sharing(first, tmp_path, "s3://team/firth", {"endpointurl": address, **S3_SETTINGS})


@pytest.mark.servers
def test_a_class_pulls_a_whole_experiment_over_http(first: Project, tmp_path: Path) -> None:
    add_remote(first, str(tmp_path / "remote"), {})
    first.run("dvc", "push", "--all-branches")
    with http_server(tmp_path / "remote") as address:
        student = clone(first, tmp_path, address, {})
        student.run("dvc", "pull")
    verify_nothing_to_rebuild(student)
