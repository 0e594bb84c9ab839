"""Lines as they arrive: those of the text, whatever the pieces in which a file or a pipe gives them."""

import bz2
import gzip
import lzma
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from firth.ask.arriving_lines import LineBlock, arriving_lines
from firth.errors import FirthError

LONG = b"word " * 300_000
TEXT = b"\n".join([b"one", LONG, b"", "drei é".encode(), LONG + LONG, b"six", LONG])
LINES = ["one", "", "", "drei é", "", "six", ""]


def piped(content: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[LineBlock]:
    """The blocks of a text on standard input."""
    read, write = os.pipe()

    def feed() -> None:
        with os.fdopen(write, "wb") as pipe:
            pipe.write(content)

    thread = threading.Thread(target=feed)
    thread.start()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(fileno=lambda: read, isatty=lambda: False))
    yield from arriving_lines("-")
    thread.join()
    os.close(read)


def gathered(blocks: Iterator[LineBlock]) -> tuple[list[str], set[int]]:
    lines: list[str] = []
    too_long: set[int] = set()
    for block in blocks:
        assert block.first == len(lines) + 1
        lines += block.lines
        too_long |= block.too_long
    return lines, too_long


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_a_line_that_is_too_long_is_empty_and_named_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: type
) -> None:
    content = pack(TEXT)
    (tmp_path / "text").write_bytes(content)
    for blocks in (arriving_lines(str(tmp_path / "text")), piped(content, monkeypatch)):
        assert gathered(blocks) == (LINES, {2, 5, 7})


def test_carriage_returns_end_lines_here_too(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"the dog runs\r" * 200_000)
    assert gathered(arriving_lines(str(tmp_path / "text"))) == (["the dog runs"] * 200_000, set())


def test_a_named_pipe_is_read_as_standard_input_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    thread = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(gzip.compress(b"a\nb\n")))
    thread.start()
    assert gathered(arriving_lines(str(tmp_path / "pipe"))) == (["a", "b"], set())
    thread.join()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "standard input: there is no text in it"),
        (b"\x28\xb5\x2f\xfd...", "standard input: is packed with zstd; unpack it"),
        (b"BZh91AY&SY", "standard input: is truncated"),
        (bz2.compress(b""), "standard input: there is no text"),
        (b"\x1f\x8b\x08 nothing", "standard input: is "),
        (b"a\n\xe9\n", "standard input: line 2 is not UTF-8"),
    ],
)
def test_what_is_no_text_is_one_line(content: bytes, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FirthError) as caught:
        gathered(piped(content, monkeypatch))
    assert str(caught.value).startswith(message)
