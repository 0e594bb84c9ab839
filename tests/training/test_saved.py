import json
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from firth.errors import FirthError
from firth.training.saved import load_network, save_network

BUILD = partial(nn.Linear, 3, 2)


def saved(folder: Path) -> nn.Linear:
    torch.manual_seed(0)
    network = BUILD()
    save_network(folder, network, {"size": 3, "name": "é"})
    return network


def test_a_saved_network_is_loaded_and_the_generator_of_random_numbers_advances_by_one_network(tmp_path: Path) -> None:
    network = saved(tmp_path)
    torch.manual_seed(7)
    BUILD()
    expected = torch.rand(3)
    torch.manual_seed(7)
    again = load_network(tmp_path, BUILD)
    assert torch.equal(torch.rand(3), expected)  # what follows in a stage doesn't depend on the checks
    assert torch.equal(again.weight, network.weight) and torch.equal(again.bias, network.bias)


def test_weights_and_settings_are_read_without_firth(tmp_path: Path) -> None:
    network = saved(tmp_path)
    assert json.loads((tmp_path / "settings.json").read_text()) == {"size": 3, "name": "é"}
    weights = load_file(tmp_path / "weights.safetensors")
    assert {name: tuple(value.shape) for name, value in weights.items()} == {"weight": (2, 3), "bias": (2,)}
    assert torch.equal(weights["weight"], network.weight)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"bias": torch.tensor([0.0, float("nan")])}, "bias has values that are not finite"),
        ({"bias": torch.tensor([0.0, float("-inf")])}, "bias has values that are not finite"),
        ({"bias": torch.zeros(3)}, r"bias is float32 \[3\], but float32 \[2\] by settings.json"),
        ({"bias": torch.zeros(2, dtype=torch.float64)}, r"bias is float64 \[2\], but float32"),
        ({"bias": torch.zeros(2, dtype=torch.int32)}, r"bias is int32 \[2\], but float32"),
        ({"other": torch.zeros(2)}, r"other is float32 \[2\], but absent"),
        ({"bias": None}, r"bias is absent, but float32 \[2\]"),
    ],
)
def test_other_weights_than_those_of_the_network_are_refused(
    tmp_path: Path, changes: dict[str, Tensor | None], fault: str
) -> None:
    folder = tmp_path / "lm-gru"
    folder.mkdir()
    saved(folder)
    weights = {**load_file(folder / "weights.safetensors"), **changes}
    save_file({name: value for name, value in weights.items() if value is not None}, folder / "weights.safetensors")
    with pytest.raises(FirthError, match=rf"weights\.safetensors: {fault}.*; build it again with `dvc repro lm@gru`"):
        load_network(folder, BUILD)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 100, bytes(50), b"\x02" + bytes(7) + b"{}", "half"])
def test_what_is_no_safetensors_is_refused(tmp_path: Path, content: bytes | str) -> None:
    saved(tmp_path)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] if isinstance(content, str) else content)
    with pytest.raises(FirthError, match=r"weights\.safetensors: (no safetensors|bias is absent)"):
        load_network(tmp_path, BUILD)


def test_no_memory_is_taken_for_a_network_of_other_shapes_than_its_weights(tmp_path: Path) -> None:
    saved(tmp_path)
    fault = r"weights\.safetensors: bias is float32 \[2\], but float32 \[1000000\] by settings\.json"
    with pytest.raises(FirthError, match=fault):
        load_network(tmp_path, partial(nn.Linear, 10**6, 10**6))  # 4 TB


def test_missing_weights_name_the_stage_that_makes_them(tmp_path: Path) -> None:
    with pytest.raises(FirthError, match=r"weights\.safetensors: not there yet; build it with `dvc repro"):
        load_network(tmp_path, BUILD)
