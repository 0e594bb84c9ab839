"""Running git: what it prints, and one line where it fails or is missing."""

from pathlib import Path

import pytest

from firth.errors import FirthError
from firth.git import git, git_if_possible


def test_a_failing_command_is_one_line_with_git_s_reason_or_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(FirthError) as failed:
        git(tmp_path, "show", "HEAD:file")
    (line,) = str(failed.value).splitlines()
    assert line.startswith(f"{tmp_path}: git show: fatal: ") and "HEAD" in line
    assert git_if_possible(tmp_path, "show", "HEAD:file") is None
    assert git_if_possible(tmp_path, "ls-files") == ""


def test_without_git_the_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FirthError, match="git is not installed"):
        git_if_possible(tmp_path, "status")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"gone: not there; run this in a git repository"):
        git(tmp_path / "gone", "status")
