"""Functions in forks of the tests, for builds that take less time than the import of DVC does."""

import multiprocessing
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firth.failures import is_fault, message

FORK = multiprocessing.get_context("fork")


def begin(run: Callable[[], int], output: Path, errors: Path | None = None) -> Any:
    """Run something that returns its exit status in a fork, in a group of its own, and write its output to a file."""
    import dvc.cli
    import dvc.commands.repro
    import dvc.repo.reproduce  # noqa: F401

    def in_fork() -> None:
        os.setsid()
        output.unlink(missing_ok=True)
        with output.open("a") as file, (errors or output).open("a") as error_file:
            os.dup2(file.fileno(), 1)
            os.dup2(error_file.fileno(), 2)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        try:
            status = run()
        except Exception as error:
            print(f"Traceback: {error!r}" if is_fault(error) else message(error), file=sys.stderr)
            status = 2
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    process = FORK.Process(target=in_fork)
    process.start()
    return process


def finish(process: Any, output: Path) -> tuple[int, str]:
    """The exit status of a fork and what it has printed."""
    process.join(120)
    printed = output.read_text()
    assert process.exitcode is not None, printed
    return process.exitcode, printed
