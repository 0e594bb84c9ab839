"""Firth: unsupervised language learning from raw text, as one reproducible pipeline.

``firth.load("models/lm-lstm")`` loads a trained model; see ``docs/python.md``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firth.ask.loading import load

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    if name == "load":
        # No import statement, by which the code of every stage, which imports this package, would include firth.ask.
        return import_module("firth.ask.loading").load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
