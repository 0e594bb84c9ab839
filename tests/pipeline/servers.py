"""Servers of DVC remotes on the loopback address, each for the length of a block."""

import getpass
import importlib.util
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

HOST = "127.0.0.1"
SECONDS_TO_START = 60.0
SSHD_CONFIG = """\
ListenAddress {host}:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
"""


@contextmanager
def http_server(folder: Path) -> Iterator[str]:
    """The address of a server that shows a folder and takes nothing, as ``python -m http.server`` does."""
    server = ThreadingHTTPServer((HOST, 0), partial(SilentHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class SilentHandler(SimpleHTTPRequestHandler):
    """Writes no log."""

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def s3_server(bucket: str) -> Iterator[str]:
    """The address of an S3 server with one empty bucket."""
    require("moto", "dvc_s3")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        requests.put(f"{address}/{bucket}", timeout=SECONDS_TO_START).raise_for_status()
        yield address
    finally:
        server.stop()


@contextmanager
def ssh_server(folder: Path, home: Path) -> Iterator[tuple[str, Path]]:
    """Address and private key of an SSH server that ``home`` knows; its keys and settings are made in ``folder``."""
    require("dvc_ssh")
    program = shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
    if not program or not shutil.which("ssh-keygen"):
        pytest.skip("sshd is not installed (Debian: openssh-server)")
    folder.mkdir()
    for name in ("host_key", "key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    port = free_port()
    (folder / "sshd_config").write_text(SSHD_CONFIG.format(host=HOST, port=port, folder=folder))
    (home / ".ssh").mkdir(mode=0o700, exist_ok=True)
    kind, key, *_ = (folder / "host_key.pub").read_text().split()
    (home / ".ssh" / "known_hosts").write_text(f"[{HOST}]:{port} {kind} {key}\n")
    with privilege_separation_folder(), (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
        try:
            wait_for(port, process, folder / "log")
            yield f"ssh://{getpass.getuser()}@{HOST}:{port}", folder / "key"
        finally:
            process.terminate()
            process.wait()


@contextmanager
def privilege_separation_folder() -> Iterator[None]:
    """The empty folder without which sshd does not start as root; the system's start script makes it."""
    folder = Path("/run/sshd")
    is_made = os.geteuid() == 0 and not folder.exists()
    if is_made:
        folder.mkdir(mode=0o755)
    try:
        yield
    finally:
        if is_made:
            folder.rmdir()


def require(*modules: str) -> None:
    """Skip the test where modules are not installed."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (`make test-sharing` installs it)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while True:
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end, "the server does not answer"
        time.sleep(0.05)
