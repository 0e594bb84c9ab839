"""Lightning checkpoints that are written whole and read only if they are."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import torch
from lightning_fabric.plugins import TorchCheckpointIO

from firth.workspace import noting

LAST, PREVIOUS = "last.ckpt", "previous.ckpt"


class WholeCheckpoints(TorchCheckpointIO):
    """Writes a checkpoint to a temporary file, then renames it; Lightning's own class may leave half a file.

    The checkpoint before it is kept as ``previous.ckpt``.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        partial = Path(f"{path}.partial")
        partial.parent.mkdir(parents=True, exist_ok=True)
        try:
            with noting(Path(path)), partial.open("wb") as file:
                torch.save(checkpoint, file)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        if Path(path).exists():
            Path(path).replace(Path(path).with_name(PREVIOUS))
        partial.replace(path)


def readable_checkpoint(folder: Path, name: str) -> Path | None:
    """The last checkpoint that can be read; one that can't be is set aside, with a line on standard error."""
    for checkpoint in (folder / LAST, folder / PREVIOUS):
        if not checkpoint.exists():
            continue
        try:
            with ZipFile(checkpoint) as archive:
                whole = archive.testzip() is None  # torch.load doesn't look at the checksums
            torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
        except Exception:  # what reading damaged bytes raises is any exception at all
            whole = False
        if whole:
            return checkpoint
        with suppress(FileNotFoundError):  # another process of the same run has set it aside
            checkpoint.replace(checkpoint.with_suffix(".damaged"))
        print(f"{name}: {checkpoint.name} can't be read and was set aside; going on without it", file=sys.stderr)
    return None
