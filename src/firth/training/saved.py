"""The one writer and the one reader of a saved network: ``weights.safetensors`` and ``settings.json`` in a folder."""

import json
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import nn

WEIGHTS, SETTINGS = "weights.safetensors", "settings.json"


def save_network(folder: Path, network: nn.Module, settings: dict[str, Any]) -> None:
    """Write a network's weights, by name, and the settings from which it is rebuilt, as JSON."""
    weights = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    (folder / SETTINGS).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8", newline="\n")


def load_settings(folder: Path) -> dict[str, Any]:
    """The settings that ``save_network`` wrote."""
    settings: dict[str, Any] = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    return settings


def load_weights(folder: Path, network: nn.Module) -> None:
    """Load saved weights into a network of the same architecture, in place."""
    network.load_state_dict(load_file(folder / WEIGHTS))
