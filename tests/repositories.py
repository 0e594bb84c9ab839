"""Git repositories for tests."""

from pathlib import Path

from firth.git import git


def make_repository(folder: Path) -> None:
    """Begin a repository in a folder, on the branch main, whose commits need nobody's configuration."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    for key, value in (("name", "Tester"), ("email", "tester@example.org")):
        git(folder, "config", f"user.{key}", value)


def commit(folder: Path, message: str = "Record") -> str:
    """Commit all files of a repository; returns the checksum of the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD").strip()
