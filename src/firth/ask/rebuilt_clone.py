"""``firth verify --rebuild``: the last commit built anew in a temporary clone, held against what it records."""

import csv
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from glob import has_magic
from pathlib import Path

from firth.ask.child_process import run_child
from firth.corpora.own import all_own_texts
from firth.errors import FirthError, shown
from firth.git import git
from firth.lock_file import recorded_checksums, recorded_stages
from firth.params.experiment import load_params
from firth.workspace import Workspace

LOCK, PARAMS = "dvc.lock", "params.yaml"


def print_rebuilt(folder: Path, jobs: int | None) -> None:
    """Clone HEAD, build everything without any cache, and print how the results differ from the committed ones.

    Neither DVC's cache nor its run cache nor a checkpoint of the experiment in ``folder`` is used; downloaded corpora
    and own texts, which are verified by their checksums, are. The clone is left for inspection if something differs.

    Raises
    ------
    FirthError
        A line for each output and each metric that differs, by how much it differs; or the build failed.
    """
    commit = git(folder, "rev-parse", "HEAD").strip()
    top = Path(git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
    place = Path(tempfile.mkdtemp(prefix="firth-verify-"))
    kept = False
    try:
        clone = place / "clone"
        git(folder, "clone", "--quiet", "--no-checkout", str(top), str(clone))
        git(clone, "checkout", "--quiet", "--detach", commit)
        experiment = clone / folder.resolve().relative_to(top.resolve())
        _prepare(clone, experiment, folder)
        print(f"building commit {commit[:7]} in {clone}", flush=True)
        _build(experiment, jobs)
        lines = list(differences(experiment))
        kept = bool(lines)
        if lines:
            raise FirthError("\n".join([*lines, f"commit {commit[:7]} built anew differs; it is left in {clone}"]))
        outputs = len(_recorded((experiment / LOCK).read_text(encoding="utf-8")))
        print(f"commit {commit[:7]} built anew: same bytes, in all {outputs:,} outputs and in every committed result")
    finally:
        if not kept:
            shutil.rmtree(place, ignore_errors=True)


def differences(experiment: Path) -> Iterator[str]:
    """A line for each output and each committed result that a build has changed in a clone.

    Parameters
    ----------
    experiment : the folder of dvc.lock, in a git repository whose HEAD holds the results to compare with.
    """
    before = _recorded(_committed(experiment, LOCK))
    after = _recorded((experiment / LOCK).read_text(encoding="utf-8"))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            what = (
                "other bytes" if name in before and name in after else "only " + ("before" if name in before else "now")
            )
            yield f"{shown(name)}: {what}"
    changed = git(experiment, "diff", "--name-only", "--relative", "-z", "HEAD").split("\0")
    for name in filter(None, changed):
        if name != LOCK:
            yield from _file_differences(experiment, name)


def metric_differences(before: str, after: str) -> Iterator[str]:
    """A line for each number of two JSON texts that differs: its dotted key, both values and the difference."""
    one, other = dict(_leaves(json.loads(before))), dict(_leaves(json.loads(after)))
    for key in [*one, *(key for key in other if key not in one)]:
        if one.get(key) != other.get(key):
            yield f"{shown(key)}: {_change(one.get(key), other.get(key))}"


def table_differences(before: str, after: str) -> Iterator[str]:
    """A line for each column of two CSV texts in which rows differ: how many, and the largest difference."""
    one, other = (list(csv.DictReader(io.StringIO(text, newline=""))) for text in (before, after))
    if len(one) != len(other) or list(one[0] if one else {}) != list(other[0] if other else {}):
        yield f"other rows or columns, rows: {len(one):,}, now {len(other):,}"
        return
    for column in one[0] if one else {}:
        pairs = [(a[column], b[column]) for a, b in zip(one, other, strict=True) if a[column] != b[column]]
        if pairs:
            numbers = [abs(y - x) for x, y in (map(_number, pair) for pair in pairs) if x is not None and y is not None]
            most = f", by at most {max(numbers):.3g}" if numbers else ""
            yield f"column {shown(column)}: rows that differ: {len(pairs):,} of {len(one):,}{most}"


def _recorded(lock: str) -> dict[str, str]:
    """Output → checksum, as the text of a dvc.lock records them."""
    try:
        return recorded_checksums(recorded_stages(lock).values())
    except ValueError:
        raise FirthError(f"{LOCK} of HEAD: not DVC's; build the experiment with `make repro` and commit it") from None


def _file_differences(experiment: Path, name: str) -> Iterator[str]:
    path = experiment / name
    if not path.exists():
        yield f"{shown(name)}: not written any more"
        return
    before, after = _committed(experiment, name), path.read_text(encoding="utf-8")
    compare = {".json": metric_differences, ".csv": table_differences}.get(path.suffix)
    lines = list(compare(before, after)) if compare else []
    yield from (f"{shown(name)}: {line}" for line in lines or ["other bytes"])


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        yield key, value
        return
    for name, part in parts:
        yield from _leaves(part, f"{key}.{name}" if key else str(name))


def _change(before: object, after: object) -> str:
    one, other = _number(before), _number(after)
    by = "" if one is None or other is None else f" ({other - one:+.3g})"
    return f"{_shown(before)} → {_shown(after)}{by}"


def _shown(value: object) -> str:
    return "–" if value is None else shown(str(value))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _prepare(clone: Path, experiment: Path, folder: Path) -> None:
    """Have the clone build everything, in its own cache, from the texts that the experiment in ``folder`` reads."""
    cache = clone / ".dvc" / "cache"
    for settings in {path / ".dvc" for path in (clone, experiment) if (path / ".dvc").is_dir()}:
        (settings / "config.local").write_text(f"[cache]\n    dir = {cache}\n", encoding="utf-8")
    (experiment / LOCK).unlink(missing_ok=True)
    here = Workspace(folder)
    if here.downloads().is_dir():
        Workspace(experiment).downloads().symlink_to(here.downloads().resolve(), target_is_directory=True)
    if (experiment / PARAMS).exists():
        for own in all_own_texts(load_params(experiment / PARAMS)).values():
            for path in own.paths:
                _link(Path(path), experiment, here.home)


def _link(path: Path, experiment: Path, home: Path) -> None:
    """Link what a relative path names and git does not hold, such as ``texts`` of ``texts/*.txt``."""
    if path.is_absolute() or str(path).startswith("~"):
        return
    place = Path()
    for part in path.parts:
        if has_magic(part):
            return
        place /= part
        if not (experiment / place).exists():
            if (home / place).exists():
                (experiment / place).symlink_to((home / place).resolve())
            return


def _build(experiment: Path, jobs: int | None) -> None:
    command = [sys.executable, "-m", "firth", "repro", *(["--jobs", str(jobs)] if jobs else [])]
    if status := run_child(command, experiment):
        raise FirthError(f"the build failed, as its last lines say (exit status {status}); mend that and run again")


def _committed(folder: Path, name: str) -> str:
    return git(folder, "show", f"HEAD:./{name}")
