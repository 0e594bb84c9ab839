"""A tiny pipeline whose stages lock and watch as the real ones do, and what kills a build or a training of it."""

import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import psutil
import torch
from pipeline.forks import FORK, begin, finish
from repositories import make_repository
from ruamel.yaml import YAML

from firth.schedule import repro
from firth.training.callbacks import Progress

ROOT = Path(__file__).parents[2]
STAGES = ("start", "a", "b", "last")

# Writes a folder NAME of two files from the folders of its deps, after some time.
WORK = """
import os, sys, time
from pathlib import Path
from firth.output_lock import output_lock
from firth.parent_process import end_with_dvc
from firth.failures import message
from firth.workspace import writing
name, *deps = sys.argv[1:]
end_with_dvc()
try:
    with output_lock(Path("logs") / "locks" / f"{name}.lock", name), writing(Path(name)) as out:
        text = name + "".join((Path(dep) / "text").read_text() for dep in deps)
        (out / "text").write_text(text)
        Path("logs", f"{name}.begun").touch()
        time.sleep(float(os.environ.get("SECONDS_OF_WORK", "0")))
        (out / "length").write_text(str(len(text)))
except OSError as error:
    sys.exit(message(error))
"""
PIPELINE = """
stages:
  start: {cmd: python work.py start, deps: [in.txt], outs: [start]}
  a: {cmd: python work.py a start, deps: [start], outs: [a]}
  b: {cmd: python work.py b start, deps: [start], outs: [b]}
  last: {cmd: python work.py last a b, deps: [a, b], outs: [last]}
"""


class Way(NamedTuple):
    """How the pipeline is built: by how many jobs of ``firth repro``, or by ``dvc repro``."""

    jobs: int

    def __str__(self) -> str:
        return f"firth-{self.jobs}" if self.jobs else "dvc"

    def run(self) -> int:
        """In a fork, in the pipeline's folder."""
        from dvc.cli import main

        return repro([], self.jobs, Path.cwd()) if self.jobs else int(main(["repro"]))


class Tiny:
    """The pipeline in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.output = root.parent / "output"
        (root / "logs").mkdir(parents=True, exist_ok=True)
        (root / ".dvc").mkdir()  # all that DVC needs of `dvc init`
        files = {
            "work.py": WORK,
            "dvc.yaml": PIPELINE,
            "in.txt": "1",
            ".gitignore": "logs\n",
            ".dvcignore": ".*.partial\n",
        }
        for name, text in files.items():
            (root / name).write_text(text)
        make_repository(root)

    def begin(self, way: Way, before: Callable[[], None] = lambda: None, seconds: float = 0) -> Any:
        """Build in a fork after a function has been called in it."""

        def run() -> int:
            os.chdir(self.root)
            os.environ.update(
                PYTHONPATH=str(ROOT / "src"),
                PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                DVC_SITE_CACHE_DIR=str(self.root.parent / "site"),
                SECONDS_OF_WORK=str(seconds),
            )
            before()
            return way.run()

        return begin(run, self.output)

    def build(self, way: Way) -> tuple[int, str]:
        """Build without interruption; the status and what was printed."""
        return finish(self.begin(way), self.output)

    def result(self) -> dict[str, Any]:
        """The bytes of all outputs, and what dvc.lock records, in whichever order."""
        files = [path for stage in STAGES for path in (self.root / stage).iterdir()]
        outputs = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in files}
        return {**outputs, "dvc.lock": YAML(typ="safe").load((self.root / "dvc.lock").read_text())}

    def begun(self, stage: str) -> bool:
        return (self.root / "logs" / f"{stage}.begun").exists()


def commands_in(folder: Path, command: str) -> list[psutil.Process]:
    """The running commands of stages in a folder, without the shells around them: those with a certain argument."""
    processes = psutil.process_iter(["cmdline", "cwd"])
    places = (str(folder), str(folder.resolve()))
    return [item for item in processes if command in (item.info["cmdline"] or []) and item.info["cwd"] in places]


def send(commands: list[psutil.Process], pid: int, target: str) -> None:
    """Kill as the target says: ``group-KILL``, ``scheduler-TERM``, ``stage-KILL``, ``group-INT`` (Ctrl-C).

    Parameters
    ----------
    commands : of the stages that are at work.
    pid : of the scheduler, which leads its group.
    """
    whom, name = target.split("-")
    number = signal.Signals[f"SIG{name}"]
    if whom == "group":
        os.killpg(pid, number)
    elif whom == "scheduler":
        os.kill(pid, number)
    else:
        for command in commands:
            command.send_signal(number)


def kill_at(occurrence: int) -> Callable[[], None]:
    """A function that kills the process that calls it for the so-manieth time, counted over all forks."""
    count = FORK.Value("i", 0)

    def arrive() -> None:
        with count.get_lock():
            count.value += 1
            reached = count.value == occurrence
        if reached:
            os.kill(os.getpid(), signal.SIGKILL)

    return arrive


def kill_while_writing(name: str, point: str, occurrence: int) -> Callable[[], None]:
    """Have a fork be killed while DVC writes ``dvc.lock`` (or its run cache) or ``rwlock`` for the so-manieth time.

    The point is the share of the text that is written (``0``, ``half``), or ``beside``, ``renamed``: before and after
    a file that was written beside takes its place.
    """
    arrive = kill_at(occurrence)

    def cut_off(text: str, file: Any) -> None:
        cut = len(text) // 2 if point == "half" else 0
        file.write(text[:cut])
        file.flush()
        arrive()
        file.write(text[cut:])

    def install() -> None:
        from dvc import rwlock
        from dvc.utils.serialize import _yaml

        if point in ("beside", "renamed"):
            Path.replace = _arriving(Path.replace, name, point, arrive)  # type: ignore[method-assign]
        elif name == "rwlock":
            kept = {key: getattr(json, key) for key in ("load", "loads", "dumps", "JSONDecodeError")}
            rwlock.json = SimpleNamespace(**kept, dump=lambda table, file: cut_off(json.dumps(table), file))
        else:
            dump = _yaml._dump

            def dump_and_cut_off(content: Any, file: Any) -> None:
                dump(content, text := io.StringIO())
                cut_off(text.getvalue(), file)

            _yaml._dump = dump_and_cut_off

    return install


def _arriving(replace: Any, name: str, point: str, arrive: Callable[[], None]) -> Any:
    def arriving(path: Path, target: Path) -> Path:
        if Path(target).name != name:
            return Path(replace(path, target))
        if point == "beside":
            arrive()
        result = replace(path, target)
        if point == "renamed":
            arrive()
        return Path(result)

    return arriving


def kill_training(point: str, name: str, occurrence: int) -> Callable[[], None]:
    """Have a training be killed in its so-manieth step, halfway through a checkpoint, or around a file's renaming."""
    arrive = kill_at(occurrence)

    def save_half(checkpoint: Any, file: Any) -> None:
        whole = io.BytesIO()
        save(checkpoint, whole)
        file.write(whole.getvalue()[: whole.tell() // 2])
        file.flush()
        arrive()
        file.write(whole.getvalue()[whole.tell() // 2 :])

    save = torch.save

    def install() -> None:
        if point == "step":
            Progress.on_train_batch_end = lambda *_: arrive()  # type: ignore[method-assign]
        elif point == "half":
            torch.save = save_half  # type: ignore[assignment]
        else:
            Path.replace = _arriving(Path.replace, name, point, arrive)  # type: ignore[method-assign]
            Path.rename = _arriving(Path.rename, name, point, arrive)  # type: ignore[method-assign]

    return install


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited for {seconds} s"
        time.sleep(0.02)
