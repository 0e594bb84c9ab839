"""What a command says when it fails: one line for a person, or the traceback of the program's own fault."""

import errno
import os
import re
import shutil
from pathlib import Path

from firth.errors import FirthError, shown
from firth.workspace import build_command, stage_of

OUT_OF_MEMORY = re.compile("out of memory|allocate memory")  # as torch says it, of a GPU and of a CPU
# As the standard library, SQLite, numpy and libraries in Rust say it.
FULL_DISK = re.compile(r"No space left on device|Disk quota exceeded|disk is full|requested and \d+ written")
ROOM_FOR_SQLITE = 1 << 20  # bytes, without which it says "disk I/O error"
UNDER_WAY = re.compile(r"(?<![^/])\.([^/]+)\.partial(?![^/])")  # a file or folder as ``workspace`` writes it


def is_fault(error: BaseException) -> bool:
    """Whether an error is the program's own, whose traceback is wanted."""
    return not (isinstance(error, FirthError | OSError | MemoryError) or _fills_memory(error) or _fills_disk(error))


def message(error: BaseException) -> str:
    """What went wrong and what to do, for a person.

    A full disk is named by what was being written (``workspace.noting``), else by the folder with least room. Any other
    error is named by the file that it is about, and a missing file by the stage that builds it.
    """
    if isinstance(error, FirthError):
        return "\n".join(f"error: {line}" for line in str(error).splitlines())
    written = getattr(error, "__notes__", [])[-1:]
    if _fills_disk(error):
        return f"error: {[*written, *_file(error), _fullest()][0]}: the disk is full; make room and run again"
    if not isinstance(error, OSError):
        return "error: out of memory; take a smaller batch_size, vocabulary or corpus in params.yaml"
    if isinstance(error, FileNotFoundError):
        return _missing(error)
    place = ": ".join([*(_file(error) or written), error.strerror or str(error)])
    return f"error: {place}; mend that and run again"


def first_line(error: BaseException) -> str:
    """The first line of an error's text as it stands in a message; of an error without a text, its kind."""
    lines = str(error).splitlines() or [type(error).__name__]
    return shown(lines[0])


def _missing(error: FileNotFoundError) -> str:
    """A missing file is an input: the name of what was being written would mislead."""
    place = ": ".join([*_file(error), error.strerror or str(error)])
    stage = next((stage_of(Path(os.path.relpath(file))) for file in _file(error)), "")
    return f"error: {place}; {f'build it with `{build_command(stage)}`' if stage else 'bring it back'} and run again"


def _file(error: BaseException) -> list[str]:
    """The file that an error of the system is about, if it names one, under the name that it has when it is whole."""
    name = getattr(error, "filename", None)
    return [UNDER_WAY.sub(r"\1", os.fsdecode(name))] if isinstance(name, str | bytes | os.PathLike) else []


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
