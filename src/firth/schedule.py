"""``dvc repro`` with independent stages side by side.

DVC runs one stage after another, but lets several processes reproduce one stage each: it locks the repository except
while a command runs, and locks each stage's files until the stage is recorded. This module orders the stages of DVC's
graph, asks DVC of each whether it has changed, and reproduces those that have in one process each.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.text import Text

from firth.errors import FirthError
from firth.lock_file import mend_lock_files, write_whole
from firth.params.experiment import Params, load_params
from firth.stage_order import Plan, read_times, record_time
from firth.stage_process import SECONDS_TO_END, Outcome, StageProcess

SECONDS_BETWEEN_LOOKS = 0.2  # for signals
SECONDS_FOR_LOCK = 3.0  # of the repository, before running stages' output is shown again
SECONDS_BETWEEN_TRIES = 1.0  # of a stage whose files another DVC process holds
COLORS = ("cyan", "magenta", "green", "yellow", "blue", "red")


def repro(targets: list[str], jobs: int | None, folder: Path) -> int:
    """Bring ``targets``, or everything in the ``dvc.yaml`` of ``folder`` (the current one), up to date.

    ``jobs`` stages run at once; None takes as many as the cores allow. Returns the exit status: 0, 1 if a stage failed,
    128 + the number of the signal that ended it.

    Raises
    ------
    FirthError
        If params.yaml is not valid: DVC, which reads its lists of models first, ends in a traceback at some faults.
    """
    path = folder / "params.yaml"
    params = load_params(path) if path.exists() else None
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    mend_lock_files(folder)
    from dvc.exceptions import DvcException

    try:
        return Schedule(targets, jobs or default_jobs(params)).run()
    except DvcException as error:
        raise FirthError(str(error)) from error


def default_jobs(params: Params | None) -> int:
    """Cores ÷ the threads that one stage takes (``threads`` on each of ``compute.devices``), at least 1.

    A pipeline without params runs one stage at a time.
    """
    if params is None:
        return 1
    return max(1, len(os.sched_getaffinity(0)) // (params.threads * params.compute.devices))


class Schedule:
    """One run: which stages are up to date, wait, run, failed."""

    def __init__(self, targets: list[str], jobs: int) -> None:
        from dvc.progress import Tqdm
        from dvc.repo import Repo

        from firth.repository_lock import lock_eagerly

        Tqdm.monitor_interval = 0  # no thread of tqdm's, whose locks a fork would inherit
        self.targets, self.jobs = targets, jobs
        self.repo = Repo()
        lock_eagerly(self.repo, SECONDS_FOR_LOCK)
        write_whole(self.repo)
        self.times_file = Path(self.repo.root_dir) / "logs" / "stage-times.json"
        self.plan = Plan({}, {})
        self.seconds_to_end: dict[str, float] = {}
        self.up_to_date: set[str] = set()
        self.changed: set[str] = set()  # ready to run
        self.running: dict[str, StageProcess] = {}
        self.busy: dict[str, float] = {}  # stages held by another DVC process, and when to try again
        self.contended: set[str] = set()  # stages that have been busy
        self.failed: dict[str, StageProcess] = {}
        self.outcomes: list[Outcome] = []
        self.signals: list[int] = []
        self.printer = _Printer([])

    def run(self) -> int:
        start = time.monotonic()
        with _noting_signals(self.signals):
            try:
                self._load()
                to_look = True
                while not self.signals and not self.failed:
                    to_look = to_look and not self._look()
                    self._begin()
                    if not (self.running or self.busy or to_look):
                        break
                    to_look |= self._relay() | self._free_the_busy()
                self._end()
            finally:
                for process in self.running.values():  # of an error here, such as a closed standard output
                    process.abandon()
        self._conclude(time.monotonic() - start)
        return 128 + self.signals[0] if self.signals else int(bool(self.failed))

    def _load(self) -> None:
        from dvc.lock import LockError

        while not self.signals:
            try:
                self.plan = Plan.load(self.repo, self.targets)
                break
            except LockError:
                print("waiting for another DVC process, which has locked the repository", flush=True)
        self.seconds_to_end = self.plan.seconds_to_end(read_times(self.times_file))
        self.printer = _Printer(list(self.plan.stages))

    def _look(self) -> bool:
        """Ask DVC which of the stages whose needs are up to date have changed; pass over those that have not.

        Returns False if another DVC process has locked the repository for so long that it has to be asked again.
        """
        from dvc.lock import LockError
        from dvc.repo import lock_repo

        try:
            with lock_repo(self.repo):
                for name in self.plan.stages:  # needs come first
                    known = self.up_to_date | self.changed | self.running.keys() | self.busy.keys()
                    if not self.signals and name not in known and self.plan.needs[name] <= self.up_to_date:
                        self._ask(name)
        except LockError:
            return False
        return True

    def _ask(self, name: str) -> None:
        from dvc.lock import LockError

        if name in self.contended:  # the other process may have recorded the stage since it was read
            self.plan.stages[name] = self.plan.stages[name].reload()
        try:
            (self.changed if self.plan.stages[name].changed() else self.up_to_date).add(name)
        except LockError:
            self._postpone(name)

    def _begin(self) -> None:
        """Start as many stages as may run, those first on which the longest work depends."""
        for name in sorted(self.changed, key=lambda name: (-self.seconds_to_end[name], name)):
            if len(self.running) < self.jobs:
                self.changed.remove(name)
                show = self.printer.lines_of(name)
                reload = bool(self.contended)  # another process may have recorded the stage since it was loaded
                self.running[name] = StageProcess(name, self.repo, self.plan.stages[name], reload, show)

    def _relay(self) -> bool:
        """Show what the running stages write for a moment; whether one of them has ended."""
        wait([item for process in self.running.values() for item in process.waitables], SECONDS_BETWEEN_LOOKS)
        ended = [name for name, process in self.running.items() if process.ended]
        for process in self.running.values():
            process.relay()
        for name in ended:
            self._record(name, self.running.pop(name))
        return bool(ended)

    def _record(self, name: str, process: StageProcess) -> None:
        outcome, seconds = process.finish()
        if outcome == Outcome.BUSY:
            self._postpone(name)
            return
        self.outcomes.append(outcome)
        if outcome == Outcome.FAILED:
            self.failed[name] = process
            return
        self.up_to_date.add(name)
        if outcome == Outcome.RAN:
            self.printer.show(name, f"done in {_duration(seconds)}")
            record_time(self.times_file, name, seconds)

    def _postpone(self, name: str) -> None:
        if name not in self.contended:
            self.printer.show(name, "waits for another DVC process, which uses its files")
        self.contended.add(name)
        self.busy[name] = time.monotonic() + SECONDS_BETWEEN_TRIES

    def _free_the_busy(self) -> bool:
        """Whether stages that another process held are to be tried again."""
        due = [name for name, moment in self.busy.items() if moment <= time.monotonic()]
        for name in due:
            del self.busy[name]
        return bool(due)

    def _end(self) -> None:
        """Let running stages end by themselves after a failure, and make them end after a signal."""
        sent = 0
        asked = -SECONDS_TO_END
        while self.running:
            due = time.monotonic() - asked >= SECONDS_TO_END or len(self.signals) > sent
            if self.signals and due:
                number = (self.signals[0], signal.SIGTERM, signal.SIGKILL)[min(sent, 2)]
                for process in self.running.values():
                    process.signal(number)
                sent, asked = sent + 1, time.monotonic()
            self._relay()

    def _conclude(self, seconds: float) -> None:
        ran, restored = (self.outcomes.count(outcome) for outcome in (Outcome.RAN, Outcome.RESTORED))
        if not self.outcomes and not self.signals:
            print("Data and pipelines are up to date.")
            return
        unchanged = len(self.up_to_date) - ran - restored
        print(
            f"{_stages(ran)} ran, {restored} came from the run cache, {unchanged} had not changed; {_duration(seconds)}"
        )
        for name, process in ({} if self.signals else self.failed).items():
            print(f"\n{name} failed. Its last lines:", *(f"  {line}" for line in process.last_lines), sep="\n")
        left = [name for name in self.plan.stages if name not in self.up_to_date and name not in self.failed]
        if self.signals:
            print(f"ended by {signal.Signals(self.signals[0]).name}; run again to go on, recorded stages are kept")
        elif self.failed:
            if left:
                print(f"\nnot run: {_some(left)}")
            print(f"failed: {', '.join(self.failed)}", flush=True)


class _Printer:
    """Shows the lines of stages that run side by side, each after its stage's name."""

    def __init__(self, names: list[str]) -> None:
        self.width = max(map(len, names), default=0)
        self.colors = {name: COLORS[index % len(COLORS)] for index, name in enumerate(names)}
        self.console = Console(highlight=False, soft_wrap=True)

    def show(self, name: str, line: str) -> None:
        self.console.print(Text.assemble((f"{name:<{self.width}} | ", self.colors[name]), line))
        sys.stdout.flush()

    def lines_of(self, name: str) -> Callable[[str], None]:
        return lambda line: self.show(name, line)


@contextmanager
def _noting_signals(signals: list[int]) -> Iterator[None]:
    """Append the signals that ask to end to ``signals``: an exception could leave a lock file of DVC's half written."""

    def note(number: int, frame: FrameType | None) -> None:
        signals.append(number)

    asking = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    ignored = {number for number in asking if signal.getsignal(number) is signal.SIG_IGN}  # as under nohup
    before = {number: signal.signal(number, note) for number in asking if number not in ignored}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stages(count: int) -> str:
    return f"{count} stage" if count == 1 else f"{count} stages"


def _some(names: list[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"
