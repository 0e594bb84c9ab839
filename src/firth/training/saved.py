"""The one writer and the one reader of a saved network: ``weights.safetensors`` and ``settings.json`` in a folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn
from torch.overrides import TorchFunctionMode

from firth.errors import FirthError
from firth.stored_files import damaged
from firth.workspace import model_stage, require

WEIGHTS, SETTINGS = "weights.safetensors", "settings.json"
FILLING = ("normal_", "uniform_", "fill_", "zero_")  # what all initialization ends in
Network = TypeVar("Network", bound=nn.Module)


def save_network(folder: Path, network: nn.Module, settings: dict[str, Any]) -> None:
    """Write a network's weights, by name, and the settings from which it is rebuilt, as JSON."""
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    (folder / SETTINGS).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8", newline="\n")


def load_network(folder: Path, build: Callable[[], Network]) -> Network:
    """Build a network and give it the saved weights.

    The shapes of the network's weights are compared with those of the saved ones before any memory is taken for it.

    Parameters
    ----------
    build : makes the network that the saved settings describe; their sizes must have bounds.

    Raises
    ------
    FirthError
        If the weights are missing or damaged, are not those of the network, or are not finite.
    """
    path, stage = folder / WEIGHTS, model_stage(folder)
    try:
        weights = load_file(require(path, stage))
    except SafetensorError:
        raise damaged(path, "no safetensors, or cut short", stage) from None
    try:
        with torch.device("meta"), _WithoutValues():
            expected = build().state_dict()
    except (FirthError, ValueError):
        raise damaged(folder / SETTINGS, "describes no network", stage) from None
    for name in sorted(expected.keys() | weights.keys()):
        found, wanted = _form(weights.get(name)), _form(expected.get(name))
        if found != wanted:
            raise damaged(path, f"{name} is {found}, but {wanted} by {SETTINGS}", stage)
        if not weights[name].isfinite().all():
            raise damaged(path, f"{name} has values that are not finite", stage)
    network = build()
    network.load_state_dict(weights)
    return network


class _WithoutValues(TorchFunctionMode):
    """Leaves out the initialization of weights: on the meta device, it imports PyTorch's compiler, which takes long."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.__name__ in FILLING:  # a method, or a function of torch.nn.init
            return args[0] if args else kwargs["tensor"]
        return func(*args, **(kwargs or {}))


def _form(value: torch.Tensor | None) -> str:
    return "absent" if value is None else f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
