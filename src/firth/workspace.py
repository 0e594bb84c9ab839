"""Every path the pipeline reads or writes, each named once."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from firth.errors import FirthError

VECTORS = "vectors.bin"  # in a model's folder: word vectors in word2vec's binary format
QUEUE = (".dvc", "tmp", "exps")
STUDIES = "studies/dvc.yaml"  # all stages of a DVC project of its own


@dataclass(frozen=True)
class Workspace:
    """The folders of one experiment, below the folder that holds ``dvc.yaml`` and ``params.yaml``."""

    root: Path

    @property
    def params(self) -> Path:
        return self.root / "params.yaml"

    @property
    def settings(self) -> Path:
        """Effective settings of every stage item, written by ``check``."""
        return self.root / "settings"

    @property
    def code(self) -> Path:
        """Digests of the code of every stage item, written by ``code``."""
        return self.root / "code"

    def raw(self, role: str) -> Path:
        return self.root / "data" / "raw" / role

    def tokens(self, role: str) -> Path:
        return self.root / "data" / "tokens" / role

    def model(self, name: str) -> Path:
        return self.root / "models" / name

    def vectors(self, space: str) -> Path:
        """The word vectors that the stage of this name writes, in word2vec's binary format."""
        return self.model(space) / VECTORS

    def evaluation(self, item: str) -> Path:
        return self.root / "evaluations" / item

    @property
    def metrics(self) -> Path:
        """The metrics of all stage items, gathered for git."""
        return self.root / "reports" / "metrics"

    def output(self, stage: str, *arguments: str) -> Path:
        """The folder that a stage item writes."""
        match stage, *arguments:
            case "download", role:
                return self.raw(role)
            case "tokenize", role:
                return self.tokens(role)
            case ("cooccurrence",):
                return self.model("counts")
            case ("ngram",):
                return self.model("lm-ngram")
            case (("svd" | "word2vec" | "lm" | "seq2seq"), *_):
                return self.model("-".join([stage, *arguments]))
        return self.evaluation("-".join([stage, *arguments]))

    @property
    def plots(self) -> Path:
        return self.root / "reports" / "plots"

    @property
    def headline(self) -> Path:
        return self.root / "reports" / "headline.json"

    @property
    def details(self) -> Path:
        return self.root / "reports" / "details"

    @property
    def around(self) -> "Workspace":
        """For the folder ``studies``: the experiment around it, whose report shows what the studies found."""
        return Workspace(self.root.parent)

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

    @property
    def projector(self) -> Path:
        return self.root / "reports" / "projector"

    @property
    def vega(self) -> Path:
        return self.root / "reports" / "vega.js"

    @property
    def home(self) -> Path:
        """The folder that a person works in: ``root``, but for a queued experiment, which DVC runs in a copy.

        DVC keeps such copies in ``.dvc/tmp/exps`` of that folder, with the files that git tracks and no others.
        """
        parts = self.root.parts
        for index in range(len(parts) - 2):
            if parts[index : index + 3] == QUEUE:
                return Path(*parts[:index])
        return self.root

    def checkpoints(self, run: str) -> Path:
        return self.home / "checkpoints" / run

    def logs(self, run: str) -> Path:
        return self.home / "logs" / run

    def lock(self, item: str) -> Path:
        """Held while a stage item runs; of this folder alone, whatever experiments run in copies of it."""
        return self.root / "logs" / "locks" / f"{item}.lock"

    def downloads(self) -> Path:
        """Fetched files by checksum: working files that a later run reuses, never outputs."""
        return self.home / "downloads"


def model_stage(folder: Path) -> str:
    """The stage that writes a folder of ``models``, as ``dvc repro`` takes it."""
    kind, _, name = folder.name.partition("-")
    match kind, name:
        case "counts", "":
            return "cooccurrence"
        case _, "" | "ngram":
            return name or kind
    return f"{kind}@{name}"


def stage_of(path: Path) -> str:
    """The stage that writes a file or folder of an experiment, as ``dvc repro`` takes it; "" for any other path."""
    for part in (path, *path.parents):
        match part.parent.name, part.name:
            case "raw" | "tokens" as kind, role:
                return f"{'download' if kind == 'raw' else 'tokenize'}@{role}"
            case "models", _:
                return model_stage(part)
            case "evaluations", item:
                return item.replace("-", "@", 1)
            case "reports", "studies":
                return STUDIES
            case "reports", _:
                return "headline"
    return ""


def build_command(stage: str) -> str:
    """The command, in the main folder, that builds what a stage of ``stage_of`` writes; without a stage, everything."""
    return "make studies" if stage == STUDIES else f"dvc repro {stage}".rstrip()


def checkout() -> Path:
    """The checkout of the project that this code belongs to."""
    return Path(__file__).resolve().parents[2]


@contextmanager
def noting(target: Path) -> Iterator[None]:
    """Note in an error what was being written: that of a full disk names no file."""
    try:
        yield
    except FirthError:
        raise
    except Exception as error:
        error.add_note(str(target))
        raise


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """Yield a new folder beside ``target`` that takes its place when the block ends, or vanishes if it fails."""
    partial = target.with_name(f".{target.name}.partial")
    _remove(partial)
    partial.mkdir(parents=True)
    try:
        with noting(target):
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
        with noting(target):
            partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Make a folder hold these UTF-8 files and no others; a file that has its text already is not touched."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != text.encode("utf-8"):
            write_text(path, text)
    for path in folder.iterdir():
        if path.name not in texts:
            _remove(path)


def require(path: Path, stage: str) -> Path:
    """Return ``path`` if it exists; otherwise say which stage makes it."""
    if not path.exists():
        raise FirthError(f"{path}: not there yet; build it with `{build_command(stage)}`")
    return path


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
