"""One stage of a pipeline in a process of its own, whose output is relayed line by line."""

import codecs
import logging
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from firth.failures import is_fault, message

SECONDS_TO_END = 8.0  # between asking a stage's commands to end, asking again, and killing them
SECONDS_BETWEEN_LOOKS = 0.2  # at whether the parent has ended
CHUNK = 65536

_fork = multiprocessing.get_context("fork")  # DVC and the loaded pipeline are inherited, not imported and read again


class Outcome(IntEnum):
    """How a stage's process ended, as its exit status."""

    RAN = 0
    FAILED = 1
    RESTORED = 3  # from the run cache; no command ran
    UNCHANGED = 4  # since another DVC process had recorded it
    BUSY = 75  # another DVC process holds one of the stage's files


class StageProcess:
    """A running stage: its command, the record in ``dvc.lock`` and the entry in the run cache are made in a fork.

    Parameters
    ----------
    name : the stage as ``dvc repro`` addresses it.
    repo, stage : DVC's objects, loaded before; nothing of ``repo`` may be open or locked, since the fork inherits it.
    reload : whether to read the stage's record anew, since another DVC process may have written it.
    show : called with every line of the output.
    """

    def __init__(self, name: str, repo: Any, stage: Any, reload: bool, show: Callable[[str], None]) -> None:
        self.name, self._show = name, show
        self.last_lines: deque[str] = deque(maxlen=8)
        self._decoder, self._line = codecs.getincrementaldecoder("utf-8")("replace"), ""
        self.output, written = os.pipe()
        self.start = time.monotonic()
        self._process = _fork.Process(target=_run, args=(repo, stage, reload, self.output, written), name=name)
        self._process.start()
        os.close(written)
        os.set_blocking(self.output, False)

    @property
    def ended(self) -> bool:
        return self._process.exitcode is not None

    @property
    def waitables(self) -> list[int]:
        """What becomes ready when there is output or the process has ended."""
        return [self.output, self._process.sentinel] if self.output >= 0 else [self._process.sentinel]

    def relay(self) -> None:
        """Show the lines that have been written."""
        while self.output >= 0:
            try:
                chunk = os.read(self.output, CHUNK)
            except BlockingIOError:
                return
            if not chunk:
                self._close()
                return
            *lines, self._line = (self._line + self._decoder.decode(chunk)).split("\n")
            for line in lines:
                self._relay_line(line)

    def finish(self) -> tuple[Outcome, float]:
        """Outcome and seconds of a process that has ended; end what it has left behind."""
        self._process.join()
        self.relay()
        self._close()
        status = self._process.exitcode
        if status is not None and status < 0:  # killed from outside: its command has lost the one who would record it
            self.signal(signal.SIGKILL)
            self._relay_line(f"ended by {signal.Signals(-status).name}")
        outcome = Outcome(status) if status in set(Outcome) else Outcome.FAILED
        return outcome, time.monotonic() - self.start

    def signal(self, number: int) -> None:
        """Send a signal to the process and to every command that it started."""
        pid = self._process.pid
        try:
            if pid is not None:
                os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):  # it has ended, or has no group of its own yet
            if not self.ended and pid is not None:
                os.kill(pid, number)

    def abandon(self) -> None:
        """Have the process end by itself."""
        self.signal(signal.SIGTERM)
        if self.output >= 0:
            os.close(self.output)

    def _relay_line(self, line: str) -> None:
        """Of a line that was written over several times, show what was written last."""
        line = next((part for part in reversed(line.split("\r")) if part.strip()), "").rstrip()
        if line:
            self.last_lines.append(line)
            self._show(line)

    def _close(self) -> None:
        if self.output >= 0:
            os.close(self.output)
            self.output = -1
            self._relay_line(self._line)
            self._line = ""


_stopping = threading.Event()


def _run(repo: Any, stage: Any, reload: bool, output: int, written: int) -> None:
    """In the fork: reproduce one stage as ``dvc repro --single-item`` does, and exit with an ``Outcome``."""
    os.setsid()  # a group of its own, so that a signal reaches its commands; the terminal's Ctrl-C goes to the parent
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _stopping.set())  # never between the bytes of dvc.lock; its commands obey
    sys.addaudithook(_begin_no_command_when_stopping)
    os.close(output)
    _redirect(written)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.exit(_reproduce(repo, stage, reload))


def _redirect(written: int) -> None:
    """Have this process, and the commands it starts, write to the pipe and read from nothing."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(source, target)
    os.close(written)
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    os.environ["PYTHONUNBUFFERED"] = "1"  # lines of a command appear when they are written, as on a terminal


def _reproduce(repo: Any, stage: Any, reload: bool) -> Outcome:
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.logger import setup
    from dvc.repo import lock_repo

    from firth.repository_lock import lock_eagerly

    for name in ("dvc", "dvc_objects", "dvc_data"):  # set up by DVC's import, for the output of the parent
        logging.getLogger(name).handlers.clear()
    setup(logging.INFO, log_colors=False)
    logging.getLogger("dvc.dvcfile").setLevel(logging.WARNING)  # not a line about dvc.lock for every stage
    lock_eagerly(repo)  # without end: what has run is to be recorded
    try:
        with lock_repo(repo), repo.scm_context(quiet=True):
            stage = stage.reload() if reload else stage
            if not stage.reproduce():
                return Outcome.UNCHANGED
            stage.dump(update_pipeline=False)
    except LockError:
        return Outcome.BUSY
    except (DvcException, _StoppedError) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return Outcome.FAILED
    except Exception as error:
        if is_fault(error):
            raise
        print(message(error), file=sys.stderr)
        return Outcome.FAILED
    began_a_command = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0
    return Outcome.RAN if began_a_command else Outcome.RESTORED


class _StoppedError(Exception):
    """The stage was told to end before its command began."""


def _begin_no_command_when_stopping(event: str, _: object) -> None:
    if event == "subprocess.Popen" and _stopping.is_set():
        raise _StoppedError("ended before its command began")


def _end_with_parent() -> None:
    """End the commands of this process when its parent was killed, and then itself.

    The parent's number is asked for: the sentinel of ``multiprocessing`` is a pipe whose other end the stages that are
    begun later inherit, so that it tells of the parent's end only when they have ended.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None
    while os.getppid() == parent.pid:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    nothing = os.open(os.devnull, os.O_WRONLY)
    for target in (1, 2):  # nobody reads what is written any more
        os.dup2(nothing, target)
    os.killpg(0, signal.SIGTERM)
    time.sleep(SECONDS_TO_END)
    os.killpg(0, signal.SIGKILL)
