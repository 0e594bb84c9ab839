"""A merge, rebase, cherry-pick or revert that git has stopped in, and the three versions of each file."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from firth.errors import FirthError
from firth.git import git, git_if_possible
from firth.merging.lock_merge import BASE, OURS, THEIRS

OPERATIONS = {  # the name of the commit that git is taking in → the command that concludes
    "MERGE_HEAD": "git commit",
    "CHERRY_PICK_HEAD": "git cherry-pick --continue",
    "REVERT_HEAD": "git revert --continue",
    "REBASE_HEAD": "git rebase --continue",
}


@dataclass(frozen=True)
class GitOperation:
    """What git is merging.

    Attributes
    ----------
    top : folder of the working copy; all paths are relative to it.
    commits : of ``OURS``, ``THEIRS`` and ``BASE``; without a common ancestor the base is the empty tree.
    conclusion : the command that concludes.
    """

    top: Path
    commits: Mapping[str, str]
    conclusion: str

    def text(self, side: str, path: str) -> str:
        """A file as one side has it; empty if it has none."""
        return git_if_possible(self.top, "show", f"{self.commits[side]}:{path}") or ""

    def unmerged(self) -> set[str]:
        """The files in conflict."""
        lines = git(self.top, "ls-files", "--unmerged", "-z").split("\0")
        return {line.partition("\t")[2] for line in lines if line}

    def merged_by_line(self, path: str) -> str:
        """A file with the changes of both sides, ours where lines conflict."""
        with tempfile.TemporaryDirectory() as folder:
            files = {side: Path(folder) / side for side in (OURS, BASE, THEIRS)}
            for side, file in files.items():
                file.write_text(self.text(side, path), encoding="utf-8", newline="")
            return git(self.top, "merge-file", "--stdout", "--ours", *(str(file) for file in files.values()))

    def add(self, paths: Iterable[str]) -> None:
        """Put files and folders into git's index as they are; a conflict in them is settled by that."""
        known = self._known(paths, [*self.commits.values()])
        if known:
            git(self.top, "--literal-pathspecs", "add", "--all", "--", *known)

    def restore(self, side: str, paths: Iterable[str]) -> None:
        """Make files and folders those of one side, in the working copy and the index; files of the other side go."""
        known = self._known(paths, [self.commits[side]])
        if known:
            self.add(known)  # `git restore` refuses a conflict with a deleted file
            known = self._known(known, [self.commits[side]])
            git(
                self.top,
                "--literal-pathspecs",
                "restore",
                f"--source={self.commits[side]}",
                "--staged",
                "--worktree",
                "--",
                *known,
            )

    def _known(self, paths: Iterable[str], commits: Iterable[str]) -> list[str]:
        """Those of the paths that git tracks, in the index or in a commit."""
        index = _with_folders(git(self.top, "ls-files", "-z"))
        return sorted(index.union(*(_tree(self.top, commit) for commit in commits)).intersection(paths))


def git_operation(folder: Path) -> GitOperation:
    """What git is merging in the repository around ``folder``.

    Raises
    ------
    FirthError
        If git is merging nothing.
    """
    top = Path(git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    for name, conclusion in OPERATIONS.items():
        if _commit(top, name) and (name != "REBASE_HEAD" or _is_rebasing(top)):
            return GitOperation(top, _commits(top, name), conclusion)
    raise FirthError(f"{folder}: git is merging nothing; `git merge BRANCH` begins a merge, and stops at a conflict")


@cache
def _tree(top: Path, commit: str) -> frozenset[str]:
    """The files and folders of a commit, which never change."""
    return _with_folders(git(top, "ls-tree", "-r", "--name-only", "-z", commit))


def _with_folders(files: str) -> frozenset[str]:
    """The files of a list that git prints, and the folders that they lie in."""
    return frozenset(str(place) for file in files.split("\0") if file for place in (Path(file), *Path(file).parents))


def _is_rebasing(top: Path) -> bool:
    """Whether a rebase is under way; git leaves the name ``REBASE_HEAD`` behind."""
    folders = (git(top, "rev-parse", "--git-path", name).rstrip("\n") for name in ("rebase-merge", "rebase-apply"))
    return any((top / folder).is_dir() for folder in folders)


def _commits(top: Path, name: str) -> dict[str, str]:
    """The three commits, ``name`` being the one that git is taking in."""
    taken, parent = _commit(top, name), _commit(top, f"{name}^")
    ours = _commit(top, "HEAD")
    if name == "MERGE_HEAD":
        parent = (git_if_possible(top, "merge-base", ours, taken) or "").strip()
    parent = parent or git(top, "hash-object", "-t", "tree", "/dev/null").strip()
    theirs, base = (parent, taken) if name == "REVERT_HEAD" else (taken, parent)
    return {OURS: ours, THEIRS: theirs, BASE: base}


def _commit(top: Path, name: str) -> str:
    """The checksum of a commit; empty if there is none of that name."""
    return (git_if_possible(top, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") or "").strip()
