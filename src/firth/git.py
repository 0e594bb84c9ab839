"""Runs git, which everything that reads or writes a repository goes through."""

import re
import subprocess
from pathlib import Path

from firth.errors import FirthError, shown

CONFLICT = re.compile("^(<{7}|>{7}) ", re.MULTILINE)  # begins and ends a conflict that git has written into a file


def git(folder: Path, *arguments: str) -> str:
    """The output of a git command that is run in ``folder``.

    Raises
    ------
    FirthError
        If git is not installed, there is no such folder, or the command fails: its last line.
    """
    result = _run(folder, arguments)
    if result.returncode:
        last = (_text(result.stderr).splitlines() or [""])[-1]
        raise FirthError(
            f"{folder}: git {shown(arguments[0])}: {shown(last)}; run this in a git repository with a commit"
        )
    return _text(result.stdout)


def git_if_possible(folder: Path, *arguments: str) -> str | None:
    """As ``git``; None if the command fails."""
    result = _run(folder, arguments)
    return None if result.returncode else _text(result.stdout)


def _run(folder: Path, arguments: tuple[str, ...]) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(("git", *arguments), cwd=folder, capture_output=True, check=False)
    except FileNotFoundError:
        if not folder.is_dir():
            raise FirthError(f"{folder}: not there; run this in a git repository") from None
        raise FirthError("git is not installed, or not on the PATH; install it and run this again") from None


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace")
