import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from firth.training.saved import load_settings, load_weights, save_network


def test_a_saved_network_is_read_back_with_its_settings(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, other = nn.Linear(3, 2), nn.Linear(3, 2)
    save_network(tmp_path, network, {"size": 3, "name": "é"})
    assert load_settings(tmp_path) == {"size": 3, "name": "é"}
    load_weights(tmp_path, other)
    assert torch.equal(other.weight, network.weight) and torch.equal(other.bias, network.bias)


def test_weights_and_settings_are_read_without_firth(tmp_path: Path) -> None:
    network = nn.Linear(3, 2)
    save_network(tmp_path, network, {"size": 3})
    assert json.loads((tmp_path / "settings.json").read_text()) == {"size": 3}
    weights = load_file(tmp_path / "weights.safetensors")
    assert {name: tuple(value.shape) for name, value in weights.items()} == {"weight": (2, 3), "bias": (2,)}
    assert torch.equal(weights["weight"], network.weight)
