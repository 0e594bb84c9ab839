"""``firth live``: serve the page on this machine until Ctrl-C."""

from __future__ import annotations

import errno
import os
import socket
import sys
import warnings
import webbrowser
from contextlib import suppress
from threading import Thread

import uvicorn

from firth.errors import FirthError
from firth.live.application import application
from firth.live.opened_models import OpenedModels
from firth.live.screens import SCREENS
from firth.process import Interrupted
from firth.workspace import Workspace

ADDRESS = "127.0.0.1"
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")  # one of them is set where a browser can open a window


def serve(workspace: Workspace, port: int, with_browser: bool) -> None:
    """Serve the page of an experiment until a signal ends the process, with status 128 + its number.

    Parameters
    ----------
    port : 0 takes any that is free.
    with_browser : open the page in the browser.

    Raises
    ------
    FirthError
        If the port can't be had.
    """
    # what Python says of a signal that comes before the server runs
    warnings.filterwarnings("ignore", message="coroutine 'Server.serve' was never awaited")
    with listening(port) as connection:
        try:
            _serve(OpenedModels(workspace), connection, with_browser)
        except Interrupted as interruption:
            print(f"ended by {interruption}", file=sys.stderr, flush=True)
            os._exit(128 + interruption.number)  # no clean-up, during which a thread that loads a model may crash


def _serve(models: OpenedModels, connection: socket.socket, with_browser: bool) -> None:
    """Say where the page is, and serve it."""
    address = f"http://{ADDRESS}:{connection.getsockname()[1]}"
    print(f"the page is at {address}; Ctrl-C ends it", flush=True)
    Thread(target=warm_up, args=[models], daemon=True).start()
    if with_browser:
        Thread(target=open_browser, args=[address], daemon=True).start()
    page_server(models, connection).run(sockets=[connection])


def page_server(models: OpenedModels, connection: socket.socket) -> uvicorn.Server:
    """The server of the page, before it runs."""
    settings = uvicorn.Config(
        application(models, connection.getsockname()[1]),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(settings)


def warm_up(models: OpenedModels) -> None:
    """Ask every screen once, so that models are loaded before somebody asks; a failure is shown when somebody does."""
    for screen in sorted(SCREENS, key=lambda screen: screen.is_slow):
        with suppress(Exception):
            screen.answer(models, {})


def listening(port: int) -> socket.socket:
    """A socket that takes connections from this machine alone, before the server answers them.

    Raises
    ------
    FirthError
        If the port can't be had.
    """
    # asyncio sends what is ready at once (TCP_NODELAY) where the socket names its protocol; else each answer of a kept
    # connection waits 40 ms for the browser's acknowledgement
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        connection.bind((ADDRESS, port))
        connection.listen(128)
    except OSError as error:
        connection.close()
        fault = "is taken" if error.errno == errno.EADDRINUSE else f"can't be had ({error.strerror})"
        raise FirthError(f"--port {port}: {fault}; give another, or none for any that is free") from None
    return connection


def open_browser(address: str) -> None:
    """Open an address in a browser; if none can open a window, say so on standard error."""
    opened = False
    if not sys.platform.startswith("linux") or any(os.environ.get(name) for name in DISPLAYS):
        with suppress(webbrowser.Error, OSError):
            opened = webbrowser.open(address)
    if not opened:
        print("no browser found; open the address in one", file=sys.stderr, flush=True)
