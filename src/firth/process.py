"""The process that a command runs in: its threads, its memory, and the signals that end it."""

import os
import signal
from types import FrameType


class Interrupted(BaseException):
    """A signal asked the command to end.

    No KeyboardInterrupt and no SystemExit, of which libraries make an end with status 0 or 1.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def end_at_signals() -> None:
    """Raise ``Interrupted`` when Ctrl-C, SIGTERM or SIGHUP ask to end, but for those that are ignored (nohup)."""

    def end(number: int, frame: FrameType | None) -> None:
        for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(other, signal.SIG_IGN)  # so that nothing disturbs the end
        raise Interrupted(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)


def fix_threads(threads: int) -> None:
    """Have every numeric library use exactly ``threads`` threads, whatever the number of cores.

    Sums are split by the number of threads, so it decides the last bits of the results. The libraries read these
    variables once, when they are imported. A waiting thread spins only briefly before it sleeps: where cores are
    shared, threads that spin for one that isn't running make a stage many times slower.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(threads)
    for variable in ("OMP_DYNAMIC", "MKL_DYNAMIC"):
        os.environ[variable] = "FALSE"
    os.environ["GOMP_SPINCOUNT"] = "2000"


def use_huge_pages() -> None:
    """Have torch take its large arrays from huge pages, where the system has them.

    Taken from small ones, the arrays of every step cut the C library's heap to pieces, which grew by gigabytes an hour.
    """
    os.environ["THP_MEM_ALLOC_ENABLE"] = "1"
