"""DVC's records, ``dvc.lock`` and ``.dvc/tmp/rwlock``: read, written whole, and mended where a kill cut them off.

DVC writes both in place, so that a kill or a full disk leaves half a file, which no later command can read. What ran
since the last commit is in DVC's run cache too: after a ``dvc.lock`` of HEAD, no stage runs again.
"""

import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal, TextIO

import yaml

from firth.errors import FirthError
from firth.failures import first_line
from firth.git import CONFLICT, git_if_possible
from firth.workspace import write_text

SECONDS_FOR_LOCK = 10.0  # of the repository, before a file is mended
# The scalars of YAML 1.2, in which DVC writes; PyYAML's own are those of 1.1, where 1e-05 is a string and yes is none.
SCALARS = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
}

Record = Mapping[str, Any]  # what dvc.lock says of a stage item
Records = Mapping[str, Record]  # stage item, such as lm@lstm → its record


class _LockLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for _tag, _pattern in SCALARS.items():
    _LockLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), [None])


def recorded_stages(text: str) -> Records:
    """The records in the text of a ``dvc.lock``; none in an empty text.

    Raises
    ------
    ValueError
        If the text is not DVC's: cut off in the middle of a line, or with the marks of a merge.
    """
    try:
        content = yaml.load(text, _LockLoader)
        stages = {} if content is None else {item: dict(record) for item, record in content["stages"].items()}
        for kind in ("deps", "outs"):
            recorded_checksums(stages.values(), kind)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not DVC's: {error}") from error
    return stages


def recorded_checksums(records: Iterable[Record], kind: Literal["deps", "outs"] = "outs") -> dict[str, str]:
    """Path → MD5, of the outputs or the dependencies that records name; ``""`` where a path has none."""
    return {str(entry["path"]): str(entry.get("md5", "")) for record in records for entry in record.get(kind, [])}


def write_whole(repo: Any) -> None:
    """Have a DVC repository write the text files of its workspace whole or not at all."""
    plain: Callable[..., Any] = repo.fs.open

    def open_file(path: str, mode: str = "r", **options: Any) -> Any:
        return _writing_text(Path(path)) if mode in ("w", "w+") else plain(path, mode, **options)

    repo.fs.open = open_file


@contextmanager
def _writing_text(path: Path) -> Iterator[TextIO]:
    text = io.StringIO()
    yield text
    write_text(path, text.getvalue())


def mend_lock_files(folder: Path) -> None:
    """Restore a ``dvc.lock`` that is cut off from HEAD and remove a cut ``rwlock``, with a line on standard error.

    Parameters
    ----------
    folder : in a DVC repository; in any other folder there is nothing to mend. A repository within it, such as that of
        ``studies``, has a lock of its own, and is mended by itself.

    Raises
    ------
    FirthError
        If a file has the marks of a merge, or another DVC process is at work.
    """
    root = _repository(folder)
    if root is None:
        return
    path, table = root / "dvc.lock", root / ".dvc" / "tmp" / "rwlock"
    if _is_lock_file(path) and _is_table(table):
        return
    with locked(root):  # a process that is writing the file in place has ended now
        if not _is_lock_file(path):
            _restore(path)
        if not _is_table(table):
            _remove(table, root)


def _repository(folder: Path) -> Path | None:
    """The root of the DVC repository that a folder is in."""
    return next((place for place in (folder, *folder.parents) if (place / ".dvc").is_dir()), None)


def _is_lock_file(path: Path) -> bool:
    """Whether a ``dvc.lock`` is there in full, or not at all."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return True
    except UnicodeDecodeError:
        return False
    if CONFLICT.search(text):
        raise FirthError(f"{path}: has the conflict marks of a merge; settle it with `firth merge`")
    return _is_whole(text)


def _is_whole(text: str) -> bool:
    """Whether the text of a ``dvc.lock`` goes on to its end.

    A text may be YAML though it is cut off. DVC takes a stage without all its entries for changed, but not an entry
    without its last keys: ``size`` and, of a folder, ``nfiles`` after the checksum.
    """
    try:
        records = recorded_stages(text).values()
    except ValueError:
        return False
    entries = [entry for record in records for entry in [*record.get("deps", []), *record.get("outs", [])]]
    last_keys = [
        ("nfiles" if str(entry["md5"]).endswith(".dir") else "size") in entry for entry in entries if "md5" in entry
    ]
    return text.endswith("\n") and all(last_keys)


def _is_table(path: Path) -> bool:
    """Whether a ``rwlock`` can be read or is not there."""
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
    except FileNotFoundError:
        return True
    except ValueError:
        return False


@contextmanager
def locked(root: Path) -> Iterator[Any]:
    """Hold DVC's lock of a repository, and yield the repository as DVC has it.

    Raises
    ------
    FirthError
        If another process holds the lock, or DVC can't read the repository's settings.
    """
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo, lock_repo

    from firth.repository_lock import lock_eagerly

    try:
        repo = Repo(str(root))
    except DvcException as error:
        raise FirthError(f"{root}: {first_line(error)}; mend that and run again") from None
    with repo:
        lock_eagerly(repo, SECONDS_FOR_LOCK)
        try:
            with lock_repo(repo):
                yield repo
        except LockError:
            raise FirthError(
                f"{root}: another DVC process has locked the repository; wait for it, then run again"
            ) from None


def _restore(path: Path) -> None:
    head = git_if_possible(path.parent, "show", f"HEAD:./{path.name}")
    if head is not None and _is_whole(head):
        write_text(path, head)
        done = "is HEAD's again"
    else:
        path.unlink()
        done = "was removed"
    print(f"{path}: was cut off and {done}; what ran since comes from the run cache", file=sys.stderr)


def _remove(table: Path, root: Path) -> None:
    if at_work := _dvc_at_work(root):
        raise FirthError(f"{table}: is damaged, and process {at_work} of DVC is at work; wait for it, then run again")
    table.unlink()
    print(f"{table}: was cut off and removed; no DVC process is at work", file=sys.stderr)


def _dvc_at_work(root: Path) -> int | None:
    """The number of another process that runs DVC in a repository, if there is one."""
    import psutil

    own = {process.pid for process in (psutil.Process(), *psutil.Process().parents())}
    for process in psutil.process_iter(["cmdline", "cwd"]):
        names = {Path(part).name for part in (process.info["cmdline"] or [])[:4]}  # such as python -m firth repro
        is_here = process.info["cwd"] and _repository(Path(process.info["cwd"])) == root.resolve()
        if process.pid not in own and is_here and ("dvc" in names or {"firth", "repro"} <= names):
            return int(process.pid)
    return None
