"""``firth check``: whether the user's own files are there and are those that params.yaml names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firth.corpora.own import own_files, verified_file
from firth.errors import FirthError
from firth.params.corpora import ROLES

if TYPE_CHECKING:
    from firth.params.experiment import Params
    from firth.workspace import Workspace


def run(params: Params, workspace: Workspace) -> None:
    """Verify every file that ``corpora`` gives by path, in all roles; files by url are verified when they are fetched.

    Raises
    ------
    FirthError
        One line for each file that is missing or has no or another checksum in params.yaml.
    """
    problems = []
    for role in ROLES:
        for key, own in own_files(getattr(params.corpora, role), f"corpora.{role}"):
            if own.path is None:
                print(f"{key}: {own.url} is verified when it is fetched")
                continue
            try:
                verified_file(key, own, workspace.root, workspace.downloads())
                print(f"{key}: {own.path} is the file that params.yaml names")
            except FirthError as problem:
                problems.append(str(problem))
    if problems:
        raise FirthError("\n".join(problems))
    print("params.yaml is valid, and so are the files that it gives by path")
