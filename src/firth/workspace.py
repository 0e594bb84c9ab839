"""Every path the pipeline reads or writes, each named once."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from firth.errors import FirthError


@dataclass(frozen=True)
class Workspace:
    """The folders of one experiment, below the folder that holds ``dvc.yaml`` and ``params.yaml``."""

    root: Path

    @property
    def params(self) -> Path:
        return self.root / "params.yaml"

    def raw(self, role: str) -> Path:
        return self.root / "data" / "raw" / role

    def tokens(self, role: str) -> Path:
        return self.root / "data" / "tokens" / role

    @property
    def cooccurrence(self) -> Path:
        return self.root / "data" / "cooccurrence"

    def model(self, name: str) -> Path:
        return self.root / "models" / name

    @property
    def all_metrics(self) -> Path:
        return self.root / "reports" / "metrics"

    def metrics(self, run: str) -> Path:
        return self.all_metrics / f"{run}.json"

    def plot(self, run: str) -> Path:
        return self.root / "reports" / "plots" / f"{run}.csv"

    @property
    def studies(self) -> "Workspace":
        """The experiment that the studies vary, with params and data of its own."""
        return Workspace(self.root / "studies")

    @property
    def all_study_metrics(self) -> Path:
        return self.root / "reports" / "studies" / "metrics"

    def study_metrics(self, run: str) -> Path:
        return self.all_study_metrics / f"{run}.json"

    def study_plot(self, run: str) -> Path:
        return self.root / "reports" / "studies" / "plots" / f"{run}.csv"

    @property
    def page(self) -> Path:
        return self.root / "reports" / "index.html"

    def checkpoints(self, run: str) -> Path:
        return self.root / "checkpoints" / run

    def logs(self, run: str) -> Path:
        return self.root / "logs" / run

    def downloads(self) -> Path:
        """Fetched files by checksum: working files that a later run reuses, never outputs."""
        return self.root / "downloads"


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """Yield a new folder beside ``target`` that takes its place when the block ends, or vanishes if it fails."""
    partial = target.with_name(f".{target.name}.partial")
    _remove(partial)
    partial.mkdir(parents=True)
    try:
        yield partial
        _remove(target)
        partial.rename(target)
    except BaseException:
        _remove(partial)
        raise


def write_text(target: Path, text: str) -> None:
    """Write a UTF-8 file whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def require(path: Path, stage: str) -> Path:
    """Return ``path`` if it exists; otherwise say which stage makes it."""
    if not path.exists():
        raise FirthError(f"{path}: not there yet; build it with `dvc repro {stage}`")
    return path


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
