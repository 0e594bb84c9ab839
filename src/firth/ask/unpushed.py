"""Whether a team's folder remote holds what the last commit names, so that nobody pulls in vain."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from firth.ask.recorded_outputs import FOLDER, object_path, read_listing
from firth.errors import listed


def warn_unpushed(folder: Path) -> None:
    """Say in one line which outputs of the last commit's dvc.lock the default remote lacks.

    Only a remote that is a folder is asked: a look is quick there. ``dvc status --cloud`` asks any remote. Without a
    remote, a git repository or a commit there is nothing to say, and a broken set-up is DVC's to report.
    """
    from dvc.exceptions import DvcException
    from dvc.scm import SCMError

    try:
        names = list(_unpushed(folder))
    except (DvcException, SCMError, OSError, ValueError, KeyError, TypeError):
        return
    if names:
        print(
            f"warning: the remote lacks outputs that the last commit names: {listed(names)}; "
            "`dvc push` sends them from where they were built",
            file=sys.stderr,
        )


def _unpushed(folder: Path) -> Iterator[str]:
    """The outputs of the last commit's dvc.lock of which the default remote, a folder, lacks an object."""
    from dvc.config import Config

    settings = Config(str(folder / ".dvc"))
    remote = settings["core"].get("remote")
    if not remote or "://" in settings["remote"].get(remote, {}).get("url", "://"):
        return
    from dvc.repo import Repo

    with Repo(str(folder)) as repo:
        objects = Path(repo.cloud.get_remote_odb(name=remote).path)
        for _ in repo.brancher(revs=["HEAD"], workspace=False):
            for out in repo.index.outs:
                if out.use_cache and out.hash_info and not _is_there(out, objects):
                    yield str(out)


def _is_there(out: Any, objects: Path) -> bool:
    """Whether a folder of objects holds an output whole: the object that lists its files, and each of these."""
    checksum = out.hash_info.value
    first = object_path(objects, checksum)
    listing = read_listing(first) if checksum.endswith(FOLDER) and first.is_file() else {}
    return first.is_file() and all(object_path(objects, md5).is_file() for md5 in listing.values())
