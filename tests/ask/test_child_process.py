"""A command that ends with the process that runs it."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from firth.ask import child_process
from firth.ask.child_process import run_child


class _Stopped(BaseException):
    pass


def test_the_status_is_that_of_the_command_in_its_folder_and_environment(tmp_path: Path) -> None:
    program = "import os, sys; sys.exit(os.environ['STATUS'] == '3' and os.getcwd() == sys.argv[1] and 3)"
    assert run_child([sys.executable, "-c", program, str(tmp_path)], tmp_path, {"STATUS": "3"}) == 3


@pytest.mark.parametrize(
    ("ignored", "ending"), [("", "interrupted"), ("SIGINT", "terminated"), ("SIGINT SIGTERM", None)]
)
def test_an_exception_ends_the_command_and_what_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ignored: str, ending: str | None
) -> None:
    """The command is a shell that waits for a process, which notes by which signal it is ended."""
    monkeypatch.setattr(child_process, "SECONDS_TO_END", 2.0)
    (tmp_path / "waiting.py").write_text(
        "import os, signal, sys, time\n"
        "def note(text):\n"
        "    open('ending', 'w').write(text)\n"
        "    os._exit(1)\n"
        "signal.signal(signal.SIGINT, lambda *_: note('interrupted'))\n"
        "signal.signal(signal.SIGTERM, lambda *_: note('terminated'))\n"
        f"for name in {ignored.split()}:\n"
        "    signal.signal(signal.Signals[name], signal.SIG_IGN)\n"
        "open('pid', 'w').write(str(os.getpid()))\n"
        "os.kill(int(sys.argv[1]), signal.SIGUSR1)\n"
        "time.sleep(600)\n"
    )

    def stop(*_: object) -> None:
        raise _Stopped

    before = signal.signal(signal.SIGUSR1, stop)
    try:
        with pytest.raises(_Stopped):
            run_child(["sh", "-c", f"'{sys.executable}' waiting.py {os.getpid()}; true"], tmp_path)
    finally:
        signal.signal(signal.SIGUSR1, before)
    noted, pid = tmp_path / "ending", int((tmp_path / "pid").read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert (noted.read_text() if noted.exists() else None) == ending
