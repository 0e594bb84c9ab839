"""A repository whose two branches have both changed the files of their last common commit."""

from collections.abc import Callable
from pathlib import Path

from ask.small_pipeline import run


def make_diverged_branches(folder: Path, write: Callable[[Path, str], None]) -> None:
    """Commit ``base``, then ``theirs`` on the branch side and ``ours`` on the branch main, which is checked out.

    Parameters
    ----------
    write : writes the files of a commit, which its name is given to, into the folder.
    """
    run(folder, "git init --quiet --initial-branch=main && git config user.name t && git config user.email t@t")
    for name, switch in (
        ("base", "true"),
        ("theirs", "git switch --quiet --create side"),
        ("ours", "git switch --quiet main"),
    ):
        run(folder, switch)
        write(folder, name)
        run(folder, f"git add . && git commit --quiet --message {name}")
