"""The process that a command runs in: its threads, its memory, and what it says when it fails."""

import errno
import os
import re
import shutil
import signal
from pathlib import Path
from types import FrameType

from firth.errors import FirthError

OUT_OF_MEMORY = re.compile("out of memory|allocate memory")  # as torch says it, of a GPU and of a CPU
# As the standard library, SQLite, numpy and libraries in Rust say it.
FULL_DISK = re.compile(r"No space left on device|Disk quota exceeded|disk is full|requested and \d+ written")
ROOM_FOR_SQLITE = 1 << 20  # bytes, without which it says "disk I/O error"


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


def is_fault(error: BaseException) -> bool:
    """Whether an error is the program's own, whose traceback is wanted."""
    return not (isinstance(error, FirthError | OSError | MemoryError) or _fills_memory(error) or _fills_disk(error))


def message(error: BaseException) -> str:
    """What went wrong and what to do, for a person.

    A full disk is named by what was being written (``workspace.noting``), else by the folder with least room.
    """
    if isinstance(error, FirthError):
        return "\n".join(f"error: {line}" for line in str(error).splitlines())
    place = getattr(error, "__notes__", None) or [getattr(error, "filename", None)]
    if _fills_disk(error):
        return f"error: {place[-1] or _fullest()}: the disk is full; make room and run again"
    if not isinstance(error, OSError):
        return "error: out of memory; take a smaller batch_size, vocabulary or corpus in params.yaml"
    return f"error: {f'{place[-1]}: ' if place[-1] else ''}{error.strerror or error}; mend that and run again"


def _fills_memory(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) and bool(OUT_OF_MEMORY.search(str(error)))


def _fills_disk(error: BaseException | None) -> bool:
    """Whether an error, or one before it, is a full disk's: torch raises another one when it closes its file."""
    if "disk I/O error" in str(error) and shutil.disk_usage(_fullest()).free < ROOM_FOR_SQLITE:
        return True
    while error is not None:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or FULL_DISK.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _fullest() -> str:
    """Of the folders that a stage writes, its own, the temporary one, and DVC's, that with least room."""
    folders = [str(Path.cwd()), os.environ.get("TMPDIR", "/tmp"), os.environ.get("DVC_SITE_CACHE_DIR", "/var/tmp")]
    return min(filter(os.path.exists, folders), key=lambda folder: shutil.disk_usage(folder).free)
