"""The command ``firth``: runs the code of the checkout that it is called in, whichever checkout is installed.

An environment that several clones, worktrees or queued experiments share has one of them installed. Called in another,
``firth`` starts itself again on that one's ``src``.
"""

import gc
import io
import os
import sys
from pathlib import Path
from typing import IO

NEW_OBJECTS = 10_000  # before Python looks for unreachable cycles of objects


def main() -> None:
    """Entry point."""
    own = own_source(Path.cwd())
    if own and own != Path(__file__).resolve().parents[1]:
        paths = [str(own), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        os.execv(sys.executable, [sys.executable, "-m", "firth", *sys.argv[1:]])
    prepare_streams()
    gc.set_threshold(NEW_OBJECTS)  # not 700: an import of Lightning makes 400,000 objects, and all of them stay
    if "DVC_STAGE" in os.environ:
        from firth.parent_process import end_with_dvc

        end_with_dvc()
    from firth.cli import main as run

    run()


def prepare_streams() -> None:
    """Have what is printed be UTF-8, whatever the locale, and take a stream that the caller has closed as empty."""
    for name, descriptor, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, _nothing(descriptor, mode))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _nothing(descriptor: int, mode: str) -> IO[str]:
    """The null device under a descriptor, so that no file that is opened later gets it."""
    opened = os.open(os.devnull, os.O_RDWR)
    if opened != descriptor:
        os.dup2(opened, descriptor)
        os.close(opened)
    return os.fdopen(descriptor, mode, encoding="utf-8")


def own_source(folder: Path) -> Path | None:
    """The folder ``src`` of the checkout that a folder belongs to, or None outside of any."""
    for place in [folder, *folder.parents]:
        if (place / "src" / "firth" / "launch.py").is_file() and (place / "constraints.txt").is_file():
            return (place / "src").resolve()
    return None
