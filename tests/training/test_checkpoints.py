"""Checkpoints are written whole; one that can't be read is set aside, and the one before it is taken."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from firth.failures import is_fault, message
from firth.training.checkpoints import LAST, PREVIOUS, WholeCheckpoints, readable_checkpoint

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "zeros": lambda content: bytes(len(content)),
    "a changed byte of the weights": lambda content: content.replace(b"\x00\x00\x28\x42", b"\x00\x00\x28\x43", 1),
    "text": lambda content: b"version https://example.org\n",
    "a pickle of another kind": lambda content: b"cos\nsystem\n(S'false'\ntR.",
}


def save(folder: Path, *epochs: int) -> None:
    for epoch in epochs:
        WholeCheckpoints().save_checkpoint({"epoch": epoch, "weights": torch.full((9,), 42.0)}, folder / LAST)


def damage(path: Path, kind: str) -> bytes:
    content = path.read_bytes()
    assert DAMAGES[kind](content) != content
    path.write_bytes(DAMAGES[kind](content))
    return path.read_bytes()


def epoch_of(checkpoint: Path | None) -> int:
    assert checkpoint is not None
    return int(torch.load(checkpoint, weights_only=True)["epoch"])


def test_the_last_checkpoint_and_the_one_before_it_are_kept(tmp_path: Path) -> None:
    assert readable_checkpoint(tmp_path / "none", "lm@rnn") is None
    save(tmp_path / "run", 1, 2, 3)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [LAST, PREVIOUS]
    assert epoch_of(tmp_path / "run" / PREVIOUS) == 2
    assert epoch_of(readable_checkpoint(tmp_path / "run", "lm@rnn")) == 3


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_checkpoint_is_set_aside_with_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    save(tmp_path, 1, 2)
    damaged = damage(tmp_path / LAST, kind)
    assert readable_checkpoint(tmp_path, "lm@rnn") == tmp_path / PREVIOUS
    assert epoch_of(tmp_path / PREVIOUS) == 1
    assert (tmp_path / "last.damaged").read_bytes() == damaged
    line = "lm@rnn: last.ckpt can't be read and was set aside; going on without it\n"
    assert capsys.readouterr().err == line


def test_with_both_damaged_there_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path, 1, 2)
    for name in (LAST, PREVIOUS):
        damage(tmp_path / name, "cut")
    assert readable_checkpoint(tmp_path, "lm@rnn") is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["last.damaged", "previous.damaged"]
    assert capsys.readouterr().err.count("\n") == 2


class FullDisk(io.BytesIO):
    """A file that takes some bytes and no more."""

    def write(self, content: Any) -> int:
        if self.tell() + len(content) > 500:
            raise OSError(28, "No space left on device")
        return super().write(content)


def test_a_full_disk_leaves_the_checkpoints_before_it_and_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path, 1, 2)
    with monkeypatch.context() as patch, pytest.raises(Exception, match=r".") as caught:
        patch.setattr(Path, "open", lambda path, mode: (path.touch(), FullDisk())[1])
        save(tmp_path, 3)
    assert message(caught.value) == f"error: {tmp_path}/last.ckpt: the disk is full; make room and run again"
    assert not is_fault(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == [LAST, PREVIOUS]
    assert epoch_of(readable_checkpoint(tmp_path, "lm@rnn")) == 2
