"""The models that people ask: whole, and built on the vocabulary that is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from firth.errors import FirthError

SETTINGS = "settings.json"  # is in the folder of every model
DAMAGE = (ValueError, KeyError, TypeError, EOFError, FileNotFoundError, RuntimeError, SafetensorError)


@contextmanager
def damage_reported(folder: Path, command: str) -> Iterator[None]:
    """Say of a model that cannot be loaded which command builds it anew."""
    try:
        yield
    except DAMAGE:
        raise FirthError(
            f"{folder}: damaged, cut short or of another version; build it anew with `{command}`"
        ) from None


def check_vocabulary(folder: Path, command: str, size: int, there: int) -> None:
    """Refuse a model for a vocabulary of another size than the one that is there."""
    if size != there:
        raise FirthError(
            f"{folder}: was trained on a vocabulary of {size:,} tokens, and now there are {there:,}; "
            f"build it anew with `{command}`"
        )
