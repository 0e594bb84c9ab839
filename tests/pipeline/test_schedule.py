"""``firth repro``: independent stages of a DVC pipeline side by side, recorded as ``dvc repro`` records them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pipeline.forks import begin, finish
from repositories import make_repository
from ruamel.yaml import YAML

from firth.errors import FirthError
from firth.params.experiment import load_params
from firth.schedule import default_jobs, repro
from firth.stage_order import Plan

ROOT = Path(__file__).parents[2]
MIDDLE = ("a", "b", "c", "d")

# Writes NAME.txt from the texts of its deps, after some time, and notes when it ran.
WORK = """
import sys, time
from pathlib import Path
name, seconds, *deps = sys.argv[1:]
begin = time.time()
print(f"{name} reads", *deps)
text = "".join(Path(dep).read_text().strip() for dep in deps)
if text.startswith("bad") and name in text:
    sys.exit(f"{name} cannot read {text}")
time.sleep(float(seconds))
Path(f"{name}.txt").write_text(f"{name}({text[:1] if name == 'start' else text})")
with open("times.log", "a") as log:
    log.write(f"{name} {begin} {time.time()}\\n")
"""
PIPELINE = """
stages:
  start:
    cmd: python work.py start 0.1 in.txt
    deps: [in.txt]
    outs: [start.txt]
  middle:
    matrix: {name: [a, b, c, d]}
    cmd: python work.py ${item.name} SECONDS start.txt ${item.name}.in
    deps: [start.txt, "${item.name}.in"]
    outs: ["${item.name}.txt"]
  last:
    cmd: python work.py last 0.1 a.txt b.txt c.txt d.txt && cp last.txt last.json
    deps: [a.txt, b.txt, c.txt, d.txt]
    outs: [last.txt]
    metrics: [{last.json: {cache: false}}]
"""
REPRO = "import sys; from pathlib import Path; from firth.schedule import repro; "
REPRO += "sys.exit(repro(sys.argv[2:], int(sys.argv[1]), Path.cwd()))"


class Toy:
    """A small pipeline: start → a, b, c, d → last."""

    def __init__(self, root: Path, seconds: float = 0.8) -> None:
        self.root = root
        root.mkdir()
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(root.parent / "site"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        make_repository(root)
        (root / ".dvc").mkdir()  # all that DVC needs of `dvc init`
        self.write("work.py", WORK)
        self.write("dvc.yaml", PIPELINE.replace("SECONDS", str(seconds)))
        self.write("in.txt", "1")
        for name in MIDDLE:
            self.write(f"{name}.in", name)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def begin(self, jobs: int = 2) -> subprocess.Popen[str]:
        command = (sys.executable, "-c", REPRO, str(jobs))
        return subprocess.Popen(command, cwd=self.root, env=self.environment, stdout=subprocess.PIPE, text=True)

    def repro(self, *targets: str, jobs: int = 2) -> subprocess.CompletedProcess[str]:
        """Build in a fork, which spares the import of DVC."""

        def run() -> int:
            os.chdir(self.root)
            os.environ.update(self.environment)
            return repro([*targets], jobs, self.root)

        output, errors = self.root.parent / "output", self.root.parent / "errors"
        errors.unlink(missing_ok=True)
        status, printed = finish(begin(run, output, errors), output)
        return subprocess.CompletedProcess([*targets], status, printed, errors.read_text())

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def ran(self) -> dict[str, tuple[float, float]]:
        """When each command that ended since the last call began and ended."""
        log = self.root / "times.log"
        rows = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
        log.unlink(missing_ok=True)
        assert len({row[0] for row in rows}) == len(rows), "a command ran twice"
        return {name: (float(begin), float(end)) for name, begin, end in rows}

    def lock(self) -> Any:
        return YAML(typ="safe").load((self.root / "dvc.lock").read_text())

    def is_clean(self) -> bool:
        return "up to date" in self.run("dvc", "status").stdout

    def running(self, group: int | None = None) -> bool:
        """Whether a command of the pipeline, in a group of processes if one is given, is still running."""
        return any(_belongs(folder, self.root, group) for folder in Path("/proc").glob("[0-9]*"))


def _belongs(process: Path, root: Path, group: int | None) -> bool:
    try:
        if group not in (None, os.getpgid(int(process.name))):
            return False
        return (process / "cwd").resolve() == root and b"work.py" in (process / "cmdline").read_bytes()
    except OSError:
        return False


def _wait_until_a_middle_stage_runs(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert any("reads start.txt" in line for line in process.stdout)


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "waited for a minute"
        time.sleep(0.1)


def _children(process: subprocess.Popen[str]) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path / "toy")


def test_stages_run_after_what_they_need_and_two_at_a_time(toy: Toy) -> None:
    result = toy.repro()
    assert result.returncode == 0, result.stdout + result.stderr
    ran = toy.ran()
    assert set(ran) == {"start", "last", *MIDDLE}
    assert all(ran["start"][1] <= ran[name][0] and ran[name][1] <= ran["last"][0] for name in MIDDLE)
    together = [pair for pair in combinations(MIDDLE, 2) if _overlap(ran[pair[0]], ran[pair[1]]) > 0]
    assert together
    moments = [begin for begin, _ in ran.values()]
    assert max(sum(begin <= moment < end for begin, end in ran.values()) for moment in moments) == 2


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    return min(one[1], other[1]) - max(one[0], other[0])


def test_what_is_recorded_is_what_dvc_repro_records(toy: Toy, tmp_path: Path) -> None:
    toy.repro(jobs=3)
    plain = Toy(tmp_path / "plain", seconds=0.8)
    plain.run("dvc", "repro")
    assert toy.lock() == plain.lock()
    assert toy.is_clean()
    runs = [sorted(path.name for path in (root / ".dvc/cache/runs").glob("*/*")) for root in (toy.root, plain.root)]
    assert runs[0] == runs[1] != []


def test_only_what_changed_runs_and_every_line_names_its_stage(toy: Toy) -> None:
    toy.repro()
    toy.ran()
    again = toy.repro()
    assert (again.stdout.strip(), toy.ran()) == ("Data and pipelines are up to date.", {})
    toy.write("b.in", "other")
    result = toy.repro()
    assert set(toy.ran()) == {"b", "last"}
    *lines, summary = result.stdout.splitlines()
    assert all(line.startswith(("middle@b | ", "last     | ")) for line in lines)
    assert "middle@b | b reads start.txt b.in" in lines
    assert summary.startswith("2 stages ran, 0 came from the run cache, 4 had not changed")


def test_a_result_of_the_same_bytes_makes_nothing_else_run(toy: Toy) -> None:
    toy.repro()
    toy.ran()
    toy.write("in.txt", "1 and what start leaves out")
    toy.repro()
    assert set(toy.ran()) == {"start"}
    assert toy.is_clean()


def test_what_ran_before_comes_from_the_run_cache(toy: Toy) -> None:
    toy.repro()
    toy.ran()
    toy.write("c.in", "other")
    toy.repro()
    assert set(toy.ran()) == {"c", "last"}
    recorded = json.loads((toy.root / "logs/stage-times.json").read_text())
    assert set(recorded) == {"start", "last", *(f"middle@{name}" for name in MIDDLE)}
    toy.write("c.in", "c")
    result = toy.repro()
    assert toy.ran() == {}
    assert "2 came from the run cache" in result.stdout
    assert (toy.root / "c.txt").read_text() == "c(start(1)c)"
    assert json.loads((toy.root / "logs/stage-times.json").read_text()) == recorded
    assert toy.is_clean()


def test_only_targets_and_what_they_need_run(toy: Toy) -> None:
    toy.repro("middle@a", "middle@d")
    assert set(toy.ran()) == {"start", "a", "d"}


def test_an_unknown_target_is_one_line(toy: Toy) -> None:
    result = toy.repro("middel@a")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("error: Stage 'middel@a' not found")


def test_after_a_failure_running_stages_end_and_no_others_begin(toy: Toy) -> None:
    toy.write("in.txt", "1")
    toy.repro("start")
    toy.ran()
    toy.write("work.py", WORK.replace('text.startswith("bad") and name in text', 'name == "a"'))
    result = toy.repro()
    assert result.returncode == 1
    assert set(toy.ran()) == {"b"}
    assert set(toy.lock()["stages"]) == {"start", "middle@b"}
    lines = result.stdout.splitlines()
    assert lines[-1] == "failed: middle@a"
    assert "  a cannot read start(1)a" in lines
    toy.write("work.py", WORK)
    assert toy.repro().returncode == 0
    assert set(toy.ran()) == {"a", "c", "d", "last"}
    assert toy.is_clean()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_commands_and_a_later_run_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    toy = Toy(tmp_path / "toy", seconds=3)
    process = toy.begin()
    _wait_until_a_middle_stage_runs(process)
    process.send_signal(number)
    assert process.wait(timeout=60) == 128 + number
    assert not toy.running()
    assert set(toy.ran()) == {"start"}
    assert toy.repro("middle@a").returncode == 0
    assert set(toy.ran()) == {"a"}


def test_commands_end_soon_when_the_scheduler_is_killed(tmp_path: Path) -> None:
    toy = Toy(tmp_path / "toy", seconds=30)
    process = toy.begin()
    _wait_until_a_middle_stage_runs(process)
    assert toy.running()
    process.kill()
    process.wait(timeout=60)
    _wait_until(lambda: not toy.running())
    toy.write("dvc.yaml", PIPELINE.replace("SECONDS", "0.1"))
    assert toy.repro().returncode == 0
    assert toy.is_clean()


def test_a_stage_ends_with_the_scheduler_though_a_later_one_hangs(tmp_path: Path) -> None:
    toy = Toy(tmp_path / "toy", seconds=300)
    process = toy.begin()
    _wait_until_a_middle_stage_runs(process)
    _wait_until_a_middle_stage_runs(process)
    first, later = _children(process)
    os.killpg(later, signal.SIGSTOP)
    try:
        process.kill()
        process.wait(timeout=60)
        _wait_until(lambda: not toy.running(first))
    finally:
        os.killpg(later, signal.SIGKILL)


def test_the_commands_of_a_process_that_is_killed_end_and_its_stage_has_failed(tmp_path: Path) -> None:
    toy = Toy(tmp_path / "toy", seconds=30)
    process = toy.begin(jobs=3)
    _wait_until_a_middle_stage_runs(process)
    for child in _children(process):
        os.kill(child, signal.SIGKILL)
    assert process.wait(timeout=60) == 1
    assert process.stdout is not None
    assert process.stdout.read().splitlines()[-1].startswith("failed: middle@")
    assert not toy.running()


def test_two_at_once_share_the_work(toy: Toy) -> None:
    both = [toy.begin(), toy.begin()]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    ran = toy.ran()  # fails if a command ran twice
    assert set(ran) == {"start", "last", *MIDDLE}
    assert toy.is_clean()


def test_with_one_job_stages_run_one_by_one_and_a_lock_file_that_was_cut_off_costs_no_run(toy: Toy) -> None:
    assert toy.repro("middle@a", "middle@b", jobs=1).returncode == 0
    ran = toy.ran()
    assert set(ran) == {"start", "a", "b"}
    assert _overlap(ran["a"], ran["b"]) <= 0
    lock, table, whole = toy.root / "dvc.lock", toy.root / ".dvc" / "tmp" / "rwlock", toy.lock()
    lock.write_bytes(lock.read_bytes()[:700])
    table.write_text("")
    result = toy.repro("middle@a", "middle@b", jobs=1)
    assert (result.returncode, toy.ran(), toy.lock()) == (0, {}, whole)
    assert [line.split(": was cut off")[0] for line in result.stderr.splitlines()] == [str(lock), str(table)]


def test_the_longest_chain_goes_first() -> None:
    class Stage:
        def __init__(self, seconds: float | None = None) -> None:
            self.meta = {"seconds": seconds} if seconds else None

    needs: dict[str, set[str]] = {"s": set(), "x": {"s"}, "y": {"s"}, "z": {"y"}, "w": set()}
    plan = Plan({"s": Stage(), "x": Stage(), "y": Stage(5), "z": Stage(), "w": Stage(9)}, needs)
    assert plan.seconds_to_end({"x": 40.0, "z": 2.0, "s": 3.0}) == {"x": 40, "z": 2, "y": 7, "s": 43, "w": 9}
    assert plan.seconds_to_end({}) == {"x": 1, "z": 1, "y": 6, "s": 7, "w": 9}


def test_params_that_are_not_valid_are_refused_before_dvc_reads_them(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("models: {networks: 5}")
    with pytest.raises(FirthError, match=r"params\.yaml: models\.networks = 5: input should be a valid list"):
        repro([], 2, tmp_path)


def test_as_many_jobs_as_the_cores_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    params = load_params(ROOT / "params.yaml")
    two = params.compute.model_copy(update={"devices": 2})
    for values, jobs in (
        ({"threads": 2}, 4),
        ({"threads": 3}, 2),
        ({"threads": 99}, 1),
        ({"threads": 2, "compute": two}, 2),
    ):
        assert default_jobs(params.model_copy(update=values)) == jobs
    assert default_jobs(None) == 1
