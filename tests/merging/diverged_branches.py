"""A repository whose two branches have both changed the files of their last common commit."""

from collections.abc import Callable
from pathlib import Path

from ask.small_pipeline import run
from repositories import commit, make_repository


def make_diverged_branches(folder: Path, write: Callable[[Path, str], None]) -> None:
    """Commit ``base``, then ``theirs`` on the branch side and ``ours`` on the branch main, which is checked out.

    Parameters
    ----------
    write : writes the files of a commit, which its name is given to, into the folder.
    """
    make_repository(folder)
    for name, switch in (
        ("base", "true"),
        ("theirs", "git switch --quiet --create side"),
        ("ours", "git switch --quiet main"),
    ):
        run(folder, switch)
        write(folder, name)
        commit(folder, name)
