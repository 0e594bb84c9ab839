"""The command ``firth``: runs the code of the checkout that it is called in, whichever checkout is installed.

An environment that several clones, worktrees or queued experiments share has one of them installed. Called in another,
``firth`` starts itself again on that one's ``src``.
"""

import os
import sys
from pathlib import Path


def main() -> None:
    """Entry point."""
    own = own_source(Path.cwd())
    if own and own != Path(__file__).resolve().parents[1]:
        paths = [str(own), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        os.execv(sys.executable, [sys.executable, "-m", "firth", *sys.argv[1:]])
    from firth.cli import main as run

    run()


def own_source(folder: Path) -> Path | None:
    """The folder ``src`` of the checkout that a folder belongs to, or None outside of any."""
    for place in [folder, *folder.parents]:
        if (place / "src" / "firth" / "launch.py").is_file() and (place / "constraints.txt").is_file():
            return (place / "src").resolve()
    return None
