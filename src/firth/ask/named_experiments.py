"""Experiments of DVC's by their names."""

from collections.abc import Mapping
from pathlib import Path

from firth.git import git


def named_experiments(folder: Path, name: str) -> Mapping[str, str]:
    """The experiments of this name in the repository of ``folder``, one at most of each commit: reference → commit.

    Raises
    ------
    FirthError
        Outside a git repository.
    """
    lines = git(folder, "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps").splitlines()
    commits = dict(line.split() for line in lines)
    return {reference: commit for reference, commit in commits.items() if reference.endswith(f"/{name}")}
