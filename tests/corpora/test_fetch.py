"""Downloads are resumed, verified and kept; each way to fail is one line."""

import errno
import hashlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from firth.corpora import fetch as module
from firth.corpora.fetch import fetch
from firth.errors import FirthError
from firth.training.progress import Meter

CONTENT = os.urandom(2**20) + b"end"
SHA256 = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


class Server(ThreadingHTTPServer):
    """Serves ``files`` by path; ``stop_after`` bytes of a first answer the connection stalls or drops."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {"/data.bin": CONTENT}
        self.ranges: list[str | None] = []
        self.knows_ranges = True
        self.drop_after: int | None = None
        self.at_most: int | None = None  # bytes of every answer
        self.stall_after: int | None = None
        self.failures: list[int] = []
        self.length = ""  # what is said instead of the true one
        self.released = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        server.ranges.append(self.headers.get("Range"))
        if server.failures:
            self.send_error(server.failures.pop(0))
            return
        elsewhere = {"/elsewhere": "http://[", "/ftp": "ftp://h/x?key=secret"}.get(self.path)
        if elsewhere:
            self.send_response(302)
            self.send_header("Location", elsewhere)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/slow":  # headers, a byte at a time
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not server.released.wait(0.01):
                self.wfile.write(b"X")
        content = server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1]) if server.knows_ranges else 0
        if start and start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", server.length or str(len(content) - start))
        self.end_headers()
        stalls, drops = server.stall_after, server.drop_after
        server.stall_after = server.drop_after = None  # of this answer alone: the next may come before it has ended
        stop = stalls or drops or server.at_most or len(content)
        self.wfile.write(content[start : start + stop])
        self.wfile.flush()
        if stalls:
            server.released.wait(20)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(module.MIRROR, raising=False)
    monkeypatch.setattr(module, "PAUSE", 0.01)


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix != ".lock"]


def test_a_file_is_fetched_once_and_then_kept_by_its_checksum(server: Server, tmp_path: Path) -> None:
    for _ in range(2):
        file = fetch(f"{server.address}/data.bin", SHA256, tmp_path)
        assert file.path.read_bytes() == CONTENT
        assert file.name == f"{server.address}/data.bin"
    assert server.ranges == [None]
    assert left_behind(tmp_path) == [SHA256.removeprefix("sha256:")]


def test_a_kept_file_that_was_spoilt_is_fetched_again(server: Server, tmp_path: Path) -> None:
    fetch(f"{server.address}/data.bin", SHA256, tmp_path).path.write_bytes(b"spoilt")
    assert fetch(f"{server.address}/data.bin", SHA256, tmp_path).path.read_bytes() == CONTENT


def test_md5_is_verified_too(server: Server, tmp_path: Path) -> None:
    md5 = hashlib.md5(CONTENT).hexdigest()
    assert fetch(f"{server.address}/data.bin", f"md5:{md5}", tmp_path).path.read_bytes() == CONTENT
    with pytest.raises(FirthError, match=f"has md5: {md5} but md5: {'0' * 32} was expected"):
        fetch(f"{server.address}/data.bin", f"md5:{'0' * 32}", tmp_path)


def test_a_killed_download_continues_at_the_byte_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.stall_after = half = 2 * module.CHUNK
    program = "import sys, pathlib as p, firth.corpora.fetch as f; f.fetch(*sys.argv[1:3], p.Path(sys.argv[3]))"
    arguments = [sys.executable, "-c", program, f"{server.address}/data.bin", SHA256, str(tmp_path)]
    source = str(Path(module.__file__).parents[2])
    child = subprocess.Popen(arguments, env={**os.environ, "PYTHONPATH": source})
    deadline = time.monotonic() + 15
    while sum(path.stat().st_size for path in tmp_path.glob("*.partial")) < half and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    server.released.set()
    assert [path.stat().st_size for path in tmp_path.glob("*.partial")] == [half]
    assert fetch(f"{server.address}/data.bin", SHA256, tmp_path).path.read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={half}-"]


def test_a_dropped_connection_is_continued_within_one_call(server: Server, tmp_path: Path) -> None:
    server.drop_after = 300_000
    assert fetch(f"{server.address}/data.bin", SHA256, tmp_path).path.read_bytes() == CONTENT
    assert server.ranges[0] is None
    assert server.ranges[1] is not None


def test_a_server_without_ranges_is_asked_from_the_beginning(server: Server, tmp_path: Path) -> None:
    server.drop_after, server.knows_ranges = 300_000, False
    assert fetch(f"{server.address}/data.bin", SHA256, tmp_path).path.read_bytes() == CONTENT


def test_the_beginning_of_another_version_is_thrown_away_and_the_file_fetched_whole(
    server: Server, tmp_path: Path
) -> None:
    address = f"{server.address}/data.bin"
    partial = tmp_path / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.partial"
    for stale in (b"old" * 1000, CONTENT + b"longer than the file"):
        partial.write_bytes(stale)
        assert fetch(address, SHA256, tmp_path).path.read_bytes() == CONTENT
        (tmp_path / SHA256.removeprefix("sha256:")).unlink()


def test_a_download_killed_between_its_last_byte_and_its_name_is_not_fetched_again(
    server: Server, tmp_path: Path
) -> None:
    address = f"{server.address}/data.bin"
    (tmp_path / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.partial").write_bytes(CONTENT)
    assert fetch(address, SHA256, tmp_path).path.read_bytes() == CONTENT
    assert server.ranges == [f"bytes={len(CONTENT)}-"]


def test_a_busy_server_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.failures = [503, 429]
    assert fetch(f"{server.address}/data.bin", SHA256, tmp_path).path.read_bytes() == CONTENT


def test_an_address_whose_server_stays_busy_is_printed_without_its_query(server: Server, tmp_path: Path) -> None:
    server.failures = [503] * module.ATTEMPTS
    with pytest.raises(FirthError, match=r"data\.bin: can't be reached \(503 Service Unavailable\)") as caught:
        fetch(f"{server.address}/data.bin?key=secret", SHA256, tmp_path)
    assert "secret" not in str(caught.value)


def test_a_redirection_is_printed_without_its_query(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="ftp: ") as caught:
        fetch(f"{server.address}/ftp", SHA256, tmp_path)
    assert "secret" not in str(caught.value)


def test_a_wrong_checksum_names_both_and_leaves_nothing_behind(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FirthError) as caught:
        fetch(f"{server.address}/data.bin", f"sha256:{'0' * 64}", tmp_path)
    message = str(caught.value)
    assert SHA256.replace(":", ": ") in message
    assert f"sha256: {'0' * 64}" in message
    assert "\n" not in message
    assert left_behind(tmp_path) == []


def test_without_a_checksum_the_file_is_kept_by_the_one_it_has(server: Server, tmp_path: Path) -> None:
    assert fetch(f"{server.address}/data.bin", None, tmp_path).path.name == SHA256.removeprefix("sha256:")
    fetch(f"{server.address}/data.bin", SHA256, tmp_path)
    assert len(server.ranges) == 1


def test_a_missing_page_is_one_line_and_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"nowhere\.txt: the server answers 404") as caught:
        fetch(f"{server.address}/nowhere.txt", SHA256, tmp_path)
    assert "\n" not in str(caught.value)
    assert len(server.ranges) == 1


def test_without_network_and_mirror_the_error_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"can't be reached .*set FIRTH_CORPUS_MIRROR") as caught:
        fetch("http://127.0.0.1:9/data.bin", SHA256, tmp_path)
    assert "\n" not in str(caught.value)
    assert "0x" not in str(caught.value)


def test_a_mirror_folder_is_read_instead_of_the_network_and_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "mirror" / "example.org" / "a b" / "data.bin"
    place.parent.mkdir(parents=True)
    place.write_bytes(CONTENT)
    monkeypatch.setenv(module.MIRROR, str(tmp_path / "mirror"))
    file = fetch("https://example.org/a%20b/data.bin", SHA256, tmp_path / "downloads")
    assert file.path.read_bytes() == CONTENT
    place.write_bytes(b"changed")
    with pytest.raises(FirthError, match="was expected"):
        fetch("https://example.org/a%20b/data.bin", SHA256, tmp_path / "downloads")
    assert place.read_bytes() == b"changed"


def test_a_mirror_address_is_asked_instead_of_the_public_one(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files = {"/corpora/example.org/data.bin": CONTENT}
    monkeypatch.setenv(module.MIRROR, f"{server.address}/corpora/")
    assert fetch("https://example.org/data.bin", SHA256, tmp_path).path.read_bytes() == CONTENT


def test_what_the_mirror_lacks_is_fetched_from_its_address(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(module.MIRROR, str(tmp_path / "mirror"))
    assert fetch(f"{server.address}/data.bin", SHA256, tmp_path).path.read_bytes() == CONTENT
    with pytest.raises(FirthError, match=r"not in the mirror .*can't be reached"):
        fetch("http://127.0.0.1:9/data.bin", SHA256, tmp_path / "downloads")


def test_a_full_disk_is_one_line(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10, 9, 1))
    with pytest.raises(FirthError, match="the disk is full"):
        fetch(f"{server.address}/data.bin", SHA256, tmp_path)


def test_a_disk_that_fills_up_underway_keeps_what_has_come(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(meter: Meter, amount: float, note: str = "") -> None:
        if amount:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Meter, "advance", fill)
    with pytest.raises(FirthError, match="the disk is full"):
        fetch(f"{server.address}/data.bin", SHA256, tmp_path)
    (kept,) = tmp_path.glob("*.partial")
    assert CONTENT.startswith(kept.read_bytes())
    assert kept.stat().st_size > 0


@pytest.mark.parametrize("address", ["ftp://example.org/x", "example.org/x", "https:///x", "/etc/passwd"])
def test_an_invalid_web_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(FirthError, match="is not an address"):
        fetch(address, SHA256, tmp_path)


@pytest.mark.parametrize("length", ["abc", "12, 12", "-1"])
def test_a_length_that_is_none_is_not_believed(server: Server, tmp_path: Path, length: str) -> None:
    server.length = length
    server.drop_after = len(CONTENT)
    assert fetch(f"{server.address}/data.bin", SHA256, tmp_path).path.read_bytes() == CONTENT


def test_a_redirection_to_nowhere_is_one_line(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FirthError, match="elsewhere: ") as caught:
        fetch(f"{server.address}/elsewhere", SHA256, tmp_path)
    assert "\n" not in str(caught.value)


def test_a_server_that_is_too_slow_is_given_up(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hours = itertools.count(step=3600.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(hours), sleep=time.sleep))
    monkeypatch.setattr(module, "ATTEMPTS", 1)
    with pytest.raises(FirthError, match=r"can't be reached \(\d+ bytes in 3600 s\)"):
        fetch(f"{server.address}/data.bin", SHA256, tmp_path)


def test_headers_that_never_end_are_given_up(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUTS", (0.1, 0.1))
    monkeypatch.setattr(module, "ATTEMPTS", 1)
    with pytest.raises(FirthError, match=r"slow: can't be reached \(no whole answer\)"):
        fetch(f"{server.address}/slow", SHA256, tmp_path)


def test_a_byte_in_every_answer_is_no_progress(server: Server, tmp_path: Path) -> None:
    server.at_most = 1
    with pytest.raises(FirthError, match="can't be reached"):
        fetch(f"{server.address}/data.bin", SHA256, tmp_path)
    assert len(server.ranges) == module.ATTEMPTS


@pytest.mark.parametrize(
    "address",
    ["http:me:secret@h/x", "me:secret@h/x", "http://me:se/secret@h/x", "http://me:secret@h:port/x",
     "http://me:secret@h:99999/x", "http://me:secret@[::1/x", "http://me:secret@h\n/x", "http://me:secret@\udcff/x",
     "http://me:secret@127.0.0.1:1/x", "http://127.0.0.1:1/x?key=secret", "http://127.0.0.1:1/x#secret"],
)  # fmt: skip
def test_no_way_to_write_a_password_has_it_printed(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", 1)
    with pytest.raises(FirthError) as caught:
        fetch(address, None, tmp_path)
    assert "secret" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("mirror", ["~nobody-of-that-name/x", "x" * 300, "/dev/zero", "http://["])
def test_a_mirror_that_is_none_is_named_in_one_line(
    tmp_path: Path, mirror: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(module.MIRROR, mirror)
    monkeypatch.setattr(module, "ATTEMPTS", 1)
    with pytest.raises(FirthError, match=r"http://127\.0\.0\.1:1/x: can't be reached"):
        fetch("http://127.0.0.1:1/x", None, tmp_path)


def test_a_password_in_an_address_is_not_printed(server: Server, tmp_path: Path) -> None:
    host = server.address.removeprefix("http://")
    with pytest.raises(FirthError, match="404") as caught:
        fetch(f"http://me:secret@{host}/missing", SHA256, tmp_path)
    assert "secret" not in str(caught.value)
    assert "secret" not in fetch(f"http://me:secret@{host}/data.bin", SHA256, tmp_path).name


@pytest.mark.parametrize("address", ["http://../x", "http://./x", "http://a:b@../x"])
def test_a_host_of_dots_does_not_leave_the_mirror(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    (tmp_path / "x").write_bytes(CONTENT)
    (tmp_path / "mirror").mkdir()
    monkeypatch.setenv("FIRTH_CORPUS_MIRROR", str(tmp_path / "mirror"))
    with pytest.raises(FirthError, match="is not an address") as caught:
        fetch(address, SHA256, tmp_path / "downloads")
    assert "a:b" not in str(caught.value)
