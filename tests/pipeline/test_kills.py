"""Builds and trainings that are killed at any point end, after one more run, in the bytes of those that were not.

Most kills are marked ``kills`` and run by ``make test-kill``.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pipeline.conftest import copy_project
from pipeline.forks import begin, finish
from pipeline.killed import STAGES, Tiny, Way, commands_in, kill_training, kill_while_writing, send, wait_until
from pipeline.project import ROOT, Project, change_params
from ruamel.yaml import YAML
from stages.four_sentences import experiment, train_lm, workspace_at

WAYS = (Way(1), Way(2), Way(0))
FIRST = Way(1)  # what is run after a kill of `dvc repro` that may have cut off a file
TARGETS = ("group-KILL", "scheduler-KILL", "stage-KILL", "group-TERM", "scheduler-TERM", "group-INT")
POINTS = {"firth": ("half", "beside", "renamed"), "dvc": ("0", "half")}
QUICK = {  # run by `make test` too
    ("scheduler-KILL", "a", "dvc"),
    ("scheduler-KILL", "a", "firth-2"),
    ("group-INT", "last", "firth-1"),
    ("dvc.lock", "half", "4", "dvc"),
    ("dvc.lock", "beside", "2", "firth-2"),
    ("rwlock", "0", "4", "dvc"),
    ("step", "", "13"),
    ("half", "last.ckpt", "12"),
    ("beside", "last.ckpt", "25"),
    ("renamed", "lm-gru", "1"),
}


def case(*values: Any) -> Any:
    """A row of a table of kills."""
    name = tuple(map(str, values))
    return pytest.param(*values, id="-".join(name), marks=[] if name in QUICK else pytest.mark.kills)


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The result of the tiny pipeline without interruption."""
    tiny = Tiny(tmp_path_factory.mktemp("whole") / "tiny")
    status, printed = tiny.build(FIRST)
    assert status == 0, printed
    return tiny.result()


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Tiny]:
    tiny = Tiny(tmp_path / "tiny")
    yield tiny
    assert commands_in(tiny.root, "work.py") == []


@pytest.mark.parametrize(("target", "stage", "way"), [case(*row) for row in product(TARGETS, STAGES, WAYS)])
def test_a_build_that_is_killed_while_a_stage_works(
    tiny: Tiny, expected: dict[str, Any], target: str, stage: str, way: Way
) -> None:
    process = tiny.begin(way, seconds=0.5)
    wait_until(lambda: tiny.begun(stage))
    send(commands_in(tiny.root, "work.py"), process.pid, target)
    process.join(30)
    assert process.exitcode != 0
    status, printed = tiny.build(way)
    assert status == 0, printed
    assert tiny.result() == expected


WRITING = [
    case(name, point, occurrence, way)
    for way in WAYS
    for name, point, occurrence in product(("dvc.lock", "rwlock"), POINTS["firth" if way.jobs else "dvc"], (1, 2, 3, 4))
]


@pytest.mark.parametrize(("name", "point", "occurrence", "way"), WRITING)
def test_a_build_that_is_killed_while_dvc_writes_its_records(
    tiny: Tiny, expected: dict[str, Any], name: str, point: str, occurrence: int, way: Way
) -> None:
    process = tiny.begin(way, kill_while_writing(name, point, occurrence))
    process.join(30)
    assert process.exitcode != 0
    status, printed = tiny.build(way if way.jobs else FIRST)
    assert status == 0, printed
    assert "Traceback" not in printed
    assert not way.jobs or "cut off" not in printed
    assert tiny.result() == expected


class Training:
    """A small language model in a folder, with a checkpoint after each step."""

    def __init__(self, root: Path) -> None:
        self.root, self.output = root, root.parent / "output"
        self.workspace = workspace_at(root)

    def begin(self, before: Callable[[], None] = lambda: None) -> Any:
        def run() -> int:
            params = experiment(max_epochs=3, hidden_dropout=0.2)
            compute = params.compute.model_copy(update={"checkpoint_minutes": 1e-9})
            os.chdir(self.root)
            before()
            train_lm(params.model_copy(update={"compute": compute}), self.workspace, "gru")
            return 0

        return begin(run, self.output)

    def train(self) -> tuple[int, str]:
        return finish(self.begin(), self.output)

    def result(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.workspace.model("lm-gru").iterdir()}


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the small model without interruption."""
    training = Training(tmp_path_factory.mktemp("trained") / "training")
    status, printed = training.train()
    assert status == 0, printed
    return training.result()


TRAINING = [
    *(case("step", "", step) for step in (1, 2, 3, 5, 8, 11, 12, 13, 17, 22, 23, 30, 33)),
    *(case("half", "last.ckpt", checkpoint) for checkpoint in (1, 2, 10, 11, 12, 20, 33)),
    *(case(*row) for row in product(("beside", "renamed"), ("last.ckpt", "previous.ckpt"), (1, 2, 11, 12, 25))),
    *(case(*row, 1) for row in product(("beside", "renamed"), ("curve.csv", "metrics.json", "lm-gru"))),
]


@pytest.mark.parametrize(("point", "name", "occurrence"), TRAINING)
def test_a_training_that_is_killed(
    tmp_path: Path, trained: dict[str, bytes], point: str, name: str, occurrence: int
) -> None:
    training = Training(tmp_path / "training")
    process = training.begin(kill_training(point, name, occurrence))
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    status, printed = training.train()
    assert status == 0, printed
    assert training.result() == trained


@pytest.fixture(scope="session")
def built_lstm(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with a small LSTM language model, built without interruption."""
    folder = tmp_path_factory.mktemp("real")
    project = Project(folder / "project", folder / "home")
    copy_project(project)
    project.change("lm", "max_epochs", 6)
    project.commit("Start")
    project.run("firth", "repro", "lm@lstm")
    project.commit("Build")
    return project


@pytest.mark.kills
@pytest.mark.parametrize(("target", "command"), [case(*row) for row in product(TARGETS, ("firth", "dvc"))])
def test_a_real_training_that_is_killed_in_mid_epoch(
    tmp_path: Path, built_lstm: Project, target: str, command: str
) -> None:
    project = Project(tmp_path / "project", built_lstm.home)
    shutil.copytree(built_lstm.root, project.root, symlinks=True)
    shutil.rmtree(project.root / ".dvc" / "cache" / "runs")
    shutil.rmtree(project.root / "models" / "lm-lstm")
    lock = (project.root / "dvc.lock").read_text()
    (project.root / "dvc.lock").write_text(lock[: lock.index("  lm@lstm:")])
    process = subprocess.Popen(
        [command, "repro", "lm@lstm"],
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until(lambda: any(project.root.glob("checkpoints/lm-lstm/*/last.ckpt")), 240)
    send(commands_in(project.root, "lstm"), process.pid, target)
    assert process.wait(timeout=60) != 0
    again = project.run(command, "repro", "lm@lstm")
    assert "train lm-lstm: 100 %" in again.stdout + again.stderr
    assert "epoch 1," not in again.stdout + again.stderr
    built, model = built_lstm.root / "models" / "lm-lstm", project.root / "models" / "lm-lstm"
    assert {path.name: path.read_bytes() for path in model.iterdir()} == {
        path.name: path.read_bytes() for path in built.iterdir()
    }
    assert (project.root / "dvc.lock").read_text() == lock


@contextmanager
def mounted(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A file system of its own."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", 8) as folder:
        yield folder


@pytest.fixture
def project_disk(tmp_path: Path) -> Iterator[Path]:
    """With room for the small experiment."""
    with mounted(tmp_path / "disk", 64) as folder:
        yield folder


def fill(disk: Path, room: int) -> Path:
    """Leave so many KiB free; the file that fills the rest."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - 1024 * room))
    return ballast


@pytest.mark.kills
@pytest.mark.parametrize(("room", "way"), [case(*row) for row in product((0, 12, 40, 80, 120), (Way(1), Way(2)))])
def test_a_build_on_a_full_disk(small_disk: Path, expected: dict[str, Any], room: int, way: Way) -> None:
    tiny = Tiny(small_disk)
    ballast = fill(small_disk, room)
    status, printed = tiny.build(way)
    assert status in (1, 2)
    assert "the disk is full; make room and run again" in printed
    assert "Traceback" not in printed
    ballast.unlink()
    status, printed = tiny.build(way)
    assert status == 0, printed
    assert tiny.result() == expected


@pytest.mark.kills
@pytest.mark.parametrize("room", [0, 8, 40, 80])
def test_a_training_on_a_full_disk(small_disk: Path, trained: dict[str, bytes], room: int) -> None:
    training = Training(small_disk)
    ballast = fill(small_disk, room)
    status, printed = training.train()
    assert (status, printed.splitlines()[-1].count("the disk is full; make room and run again")) == (2, 1)
    assert "Traceback" not in printed
    ballast.unlink()
    assert training.train()[0] == 0
    assert training.result() == trained


OUTPUTS = {  # an item of each stage → what it writes
    "code": ["code"],
    "check": ["settings"],
    "download lm": ["data/raw/lm"],
    "tokenize lm": ["data/tokens/lm"],
    "cooccurrence": ["models/counts"],
    "svd": ["models/svd"],
    "word2vec": ["models/word2vec"],
    "ngram": ["models/lm-ngram"],
    "lm lstm": ["models/lm-lstm"],
    "seq2seq qa none": ["models/seq2seq-qa-none"],
    "evaluate_vectors svd": ["evaluations/evaluate_vectors-svd"],
    "evaluate_lm ngram": ["evaluations/evaluate_lm-ngram"],
    "evaluate_seq2seq qa none": ["evaluations/evaluate_seq2seq-qa-none"],
    "gradients lstm": ["evaluations/gradients-lstm"],
    "saliency qa none": ["evaluations/saliency-qa-none"],
    "headline": ["reports/details", "reports/metrics", "reports/plots", "reports/headline.json"],
    "report": ["reports/index.html", "reports/projector", "reports/vega.js"],
}


def test_the_table_of_full_disks_has_every_stage_of_the_pipeline() -> None:
    pipeline = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
    assert {item.split()[0] for item in OUTPUTS} == set(pipeline["stages"]) - {"own_files"}  # which writes nothing


@pytest.mark.kills
@pytest.mark.parametrize("item", OUTPUTS)
def test_a_stage_on_a_full_disk(project_disk: Path, small_build: Project, item: str) -> None:
    project = copied(small_build, project_disk)
    outputs = [project.root / name for name in OUTPUTS[item]]
    fails_on_a_full_disk_and_recovers(project, project_disk, item, outputs, room=8)  # the item's lock takes 4 KiB


STUDIES = {  # an item of each study → the text that it reads
    "study_softmax": None,
    "study_vectors negative_sampling": "embeddings",
    "study_clipping clipped": "lm",
    "study_embeddings random": "lm",
    "study_encoders gru forward": "translation",
    "study_bottleneck": "translation",
    "study_pairs random": "translation",
}
SMALL_STUDIES: dict[str, Any] = {
    "world": {"embeddings": {"sentences": 2000}, "lm": {"sentences": 600}, "translation": {"pairs": 300}},
    "word2vec": {"epochs": 1},
    "lm_overrides": {name: {"hidden_size": 8, "max_epochs": 1} for name in ("rnn", "lstm")},
    "seq2seq": {"embedding_size": 8, "hidden_size": 8, "max_epochs": 1},
    "studies": {
        "vocabulary_sizes": [200, 400],
        "learning_rate_multiples": [0.5],
        "text_shares": [1.0],
        "hidden_sizes": [4],
        "pair_percentages": [100],
    },
}


def test_the_table_of_studies_on_full_disks_has_every_study() -> None:
    pipeline = YAML(typ="safe").load((ROOT / "studies" / "dvc.yaml").read_text(encoding="utf-8"))
    assert {item.split()[0] for item in STUDIES} == set(pipeline["stages"]) - {item.split()[0] for item in OUTPUTS}


@pytest.mark.kills
@pytest.mark.parametrize("item", STUDIES)
def test_a_study_on_a_full_disk(project_disk: Path, small_build: Project, item: str) -> None:
    project = copied(small_build, project_disk)
    studies, results = Project(project.root / "studies", project.home), project.root / "reports" / "studies"
    change_params(studies.root / "params.yaml", SMALL_STUDIES)
    text = STUDIES[item]
    for command in ("code", "check", *([f"download {text}", f"tokenize {text}"] if text else []), item):
        studies.run("firth", *command.split())
    name = item.removeprefix("study_").replace(" ", "-")
    fails_on_a_full_disk_and_recovers(studies, project_disk, item, [*results.glob(f"*/{name}.*")], room=0)


def copied(project: Project, disk: Path) -> Project:
    """The files of a built project on another disk."""
    root = disk / "project"
    shutil.copytree(project.root, root, symlinks=True, ignore=shutil.ignore_patterns(".git", ".dvc", "logs"))
    return Project(root, project.home)


def fails_on_a_full_disk_and_recovers(project: Project, disk: Path, item: str, outputs: list[Path], room: int) -> None:
    """Run a stage item with so many KiB of room, too few for what it writes, then with enough."""
    command = ["env", "PYTHONDONTWRITEBYTECODE=1", "firth", *item.split()]
    before = {output: files_in(output) for output in outputs}
    for output in outputs:
        shutil.rmtree(output) if output.is_dir() else output.unlink()
    ballast = fill(disk, room)
    failed = project.run(*command, check=False)
    (error,) = [line for line in failed.stderr.splitlines() if line.startswith("error: ")]
    assert failed.returncode == 2
    assert error.endswith(": the disk is full; make room and run again")
    assert "Traceback" not in failed.stderr
    assert [*disk.rglob(".*.partial")] == []
    ballast.unlink()
    project.run(*command)
    assert before
    assert {output: files_in(output) for output in outputs} == before


def files_in(place: Path) -> dict[str, bytes]:
    """The bytes of a file, or of all files in a folder."""
    files = [path for path in (place, *place.rglob("*")) if path.is_file()]
    return {str(path.relative_to(place)): path.read_bytes() for path in files}
