"""``firth live`` as a command: its one line, its port, its end."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from typing import Any

import pytest
import requests

from firth.live import server
from firth.live.asked_query import Query
from firth.live.opened_models import OpenedModels
from firth.live.screens import Screen
from firth.live.server import listening
from firth.workspace import Workspace

FIRTH = [sys.executable, "-c", "from firth.cli import main; main()", "live"]


def test_it_listens_on_this_machine_alone() -> None:
    with listening(0) as connection:
        assert connection.getsockname()[0] == "127.0.0.1"


def test_what_it_sends_does_not_wait_for_the_browser_to_acknowledge_what_it_sent_before() -> None:
    async def sends_at_once() -> bool:
        found: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            taken = writer.get_extra_info("socket")
            found.set_result(bool(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
            writer.close()

        with listening(0) as connection:
            async with await asyncio.start_server(connected, sock=connection):
                _, writer = await asyncio.open_connection(*connection.getsockname())
                sent_at_once = await found
                writer.close()
        return sent_at_once

    assert asyncio.run(sends_at_once())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_address_and_ends_with_one_line(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [*FIRTH, "--no-browser"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        found = re.fullmatch(r"the page is at (http://127\.0\.0\.1:\d+); Ctrl-C ends it\n", process.stdout.readline())
        assert found
        assert requests.get(found[1], timeout=20).status_code == 200
        assert "dvc repro" in requests.get(f"{found[1]}/ask/next_word", timeout=20).json()["error"]
        process.send_signal(number)
        out, errors = process.communicate(timeout=20)
    assert (out, errors, process.returncode) == ("", f"ended by {number.name}\n", 128 + number)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = subprocess.run(
            [*FIRTH, "--port", str(port)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=30
        )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"error: --port {port}: is taken; give another, or none for any that is free\n"


@pytest.mark.parametrize(("platform", "display", "asked"), [("linux", "", 0), ("linux", ":0", 1), ("darwin", "", 1)])
def test_a_browser_is_asked_for_where_it_can_open_a_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], platform: str, display: str, asked: int
) -> None:
    addresses: list[str] = []

    def open_none(address: str) -> bool:
        addresses.append(address)
        return False

    for name in server.DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    if display:
        monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(webbrowser, "open", open_none)
    server.open_browser("http://127.0.0.1:1")
    assert addresses == ["http://127.0.0.1:1"] * asked
    assert capsys.readouterr().err == "no browser found; open the address in one\n"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a browser opens without a display")
def test_without_a_display_it_says_that_there_is_no_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in server.DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    with subprocess.Popen(FIRTH, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert process.stderr.readline() == "no browser found; open the address in one\n"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.mark.parametrize("seconds", [0.0, 0.5, 2.0])
def test_ctrl_c_ends_it_while_models_are_loaded(world: Workspace, seconds: float) -> None:
    with subprocess.Popen(
        [*FIRTH, "--no-browser"], cwd=world.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (errors, process.returncode) == ("ended by SIGINT\n", 130)


def test_ctrl_c_ends_it_with_one_line_while_the_server_begins(tmp_path: Path) -> None:
    ends = "uvicorn.Config.get_loop_factory = lambda self: os.kill(os.getpid(), signal.SIGINT)"
    script = f"import os, signal, uvicorn; {ends}; from firth.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", script, "live", "--no-browser"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (result.stderr, result.returncode) == ("ended by SIGINT\n", 130)


def test_other_commands_don_t_import_the_page() -> None:
    script = "import sys, firth.cli; print(sorted({'starlette', 'uvicorn', 'firth.live'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "[]\n"


def test_screens_that_are_slow_are_prepared_after_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def screen(name: str, is_slow: bool) -> Screen:
        def answer(models: OpenedModels, query: Query) -> dict[str, Any]:
            asked.append(name)
            return {}

        return Screen(name, name, name, answer, is_slow)

    monkeypatch.setattr(server, "SCREENS", (screen("slow", True), screen("first", False), screen("second", False)))
    server.warm_up(OpenedModels(Workspace(tmp_path)))
    assert asked == ["first", "second", "slow"]
