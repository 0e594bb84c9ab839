"""The fast pass over a text against a slow and plain one."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firth.errors import FirthError
from firth.text.numbering import (
    Numbering,
    encode_block,
    encode_blocks,
    number_stream,
    renumber_stream,
    text_blocks,
)
from firth.text.streams import TokenStream
from firth.text.tokenizer import tokenize_line


def odd_text(seed: int, length: int) -> str:
    source = random.Random(seed)
    chunks = [
        "The",
        "the",
        "don't",
        "3.5",
        "É",
        "e\u0301",
        "ΣΑΣ",
        "x.",
        "(y)",
        "<br />",
        "<BR>",
        "\u2028",
        "\r",
        "\t",
        "",
        "\x85",
        "👍",
    ]
    return "".join(source.choice(chunks) + source.choice(["\n", " ", " ", " ", "  ", ""]) for _ in range(length))


def plain_sentences(text: str, tokenized: bool, keep_empty: bool) -> list[list[str]]:
    lines = text.removesuffix("\n").split("\n")
    sentences = [tokenize_line(line, True, tokenized) for line in lines]
    return [sentence for sentence in sentences if sentence or keep_empty]


def written(
    path: Path, folder: Path, *, tokenized: bool, keep_empty: bool, size: int, processes: int
) -> list[list[str]]:
    """Sentences as tokens again, from the files of the fast pass."""
    folder.mkdir()
    numbering = Numbering()
    blocks = encode_blocks(text_blocks(path, size), True, tokenized, False, processes)
    numbered = number_stream(blocks, numbering, folder, "train", keep_empty)
    backwards = np.arange(len(numbering))[::-1]
    renumber_stream(folder, "train", backwards, np.dtype(np.uint16))
    (folder / "vocabulary.tsv").write_text("token\t1\n" * len(numbering))
    stream, types = TokenStream.load(folder, "train"), numbering.types[::-1]
    assert stream.ids.dtype == np.uint16
    assert numbered.sentences == len(stream)
    assert numbered.counts.tolist() == np.bincount(stream.ids, minlength=len(types))[::-1].tolist()
    return [[types[position] for position in stream.sentence(number)] for number in range(len(stream))]


@pytest.mark.parametrize("tokenized", [False, True])
@pytest.mark.parametrize("keep_empty", [False, True])
@pytest.mark.parametrize("size", [1, 7, 50, 1 << 20])
def test_streams_hold_what_a_plain_loop_finds_whatever_the_size_of_blocks(
    tmp_path: Path, tokenized: bool, keep_empty: bool, size: int
) -> None:
    for seed in range(5):
        text = odd_text(seed, 400)
        path = tmp_path / f"{seed}.txt"
        path.write_text(text, encoding="utf-8", newline="\n")
        assert written(
            path, tmp_path / str(seed), tokenized=tokenized, keep_empty=keep_empty, size=size, processes=1
        ) == plain_sentences(text, tokenized, keep_empty)


def test_bytes_are_the_same_for_one_and_for_two_processes(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text(odd_text(1, 3000), encoding="utf-8", newline="\n")
    one, two = tmp_path / "one", tmp_path / "two"
    choices: dict[str, Any] = {"tokenized": False, "keep_empty": False, "size": 1000}
    assert written(path, one, **choices, processes=1) == written(path, two, **choices, processes=2)
    for name in ("train.ids.npy", "train.offsets.npy"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_a_block_by_hand() -> None:
    block = encode_block("A b.\n\nb, (A\nc", lowercase=False, tokenized=False)
    assert [block.types[position] for position in block.ids] == ["A", "b", ".", "b", ",", "(", "A", "c"]
    assert block.ends.tolist() == [3, 3, 7]


def test_blocks_end_with_lines_or_within_a_long_line_after_a_space_outside_a_break(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("ab\ncd\nlonger line", encoding="utf-8")
    assert list(text_blocks(path, 7)) == ["ab\ncd\n", "longer ", "line\n"]
    path.write_text("abc<br />def gh ", encoding="utf-8")
    assert list(text_blocks(path, 8)) == ["abc<br />def gh ", "\n"]
    path.write_bytes(b"")
    assert list(text_blocks(path)) == []


def test_text_that_is_not_utf8_is_named_with_its_byte(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"abc\ndef\ng\xe9h\n")
    with pytest.raises(FirthError, match=r"text\.txt: not UTF-8 \(byte 9\)"):
        list(text_blocks(path, 5))


def test_a_reader_that_stops_early_leaves_no_worker_behind() -> None:
    blocks = encode_blocks(("a b\n" for _ in range(10)), True, False, False, 2)
    assert next(blocks).types == ["a", "b"]
    assert len(multiprocessing.active_children()) == 2
    blocks.close()
    assert not multiprocessing.active_children()


def test_only_a_few_blocks_are_read_ahead() -> None:
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for _ in range(50):
            read += 1
            yield "a b\n"

    blocks = encode_blocks(texts(), True, False, False, 2)
    for given, _ in enumerate(blocks, start=1):
        assert read <= given + 2
    assert read == 50


def test_a_worker_that_dies_is_one_line() -> None:
    blocks = encode_blocks(("a b\n" for _ in range(100)), True, False, False, 2)
    next(blocks)
    for worker in multiprocessing.active_children():
        os.kill(worker.pid or 0, signal.SIGKILL)
    with pytest.raises(FirthError, match="a worker of tokenize ended early"):
        list(blocks)
    assert not multiprocessing.active_children()


PARENT = """
import multiprocessing, time
from firth.text.numbering import encode_blocks

if __name__ == "__main__":
    blocks = encode_blocks(("a b\\n" for _ in range(10)), True, False, False, 2)
    next(blocks)
    print(*(worker.pid for worker in multiprocessing.active_children()), flush=True)
    time.sleep(60)
"""


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    with subprocess.Popen([sys.executable, str(tmp_path / "parent.py")], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(number) for number in parent.stdout.readline().split()]
        assert len(workers) == 2
        assert all(alive(worker) for worker in workers)
        parent.kill()
    deadline = time.monotonic() + 20
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))


def alive(process: int) -> bool:
    """Whether a process exists and is not a zombie, which nobody may reap in a container."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
