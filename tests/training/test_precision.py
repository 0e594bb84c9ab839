import pytest
import torch

from firth.training.precision import in_precision

CPU = torch.device("cpu")


@pytest.mark.parametrize("precision", ["tf32", "32-true", "bf16-mixed"])
def test_a_gpu_multiplies_in_tf32_if_that_is_asked_for_and_not_else(precision: str) -> None:
    with in_precision(precision, CPU):
        allowed = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    assert allowed == (precision == "tf32",) * 2


@pytest.mark.parametrize(("precision", "kind"), [("32-true", torch.float32), ("bf16-mixed", torch.bfloat16)])
def test_products_are_of_the_precision_that_is_asked_for_and_of_the_usual_one_afterwards(
    precision: str, kind: torch.dtype
) -> None:
    matrix = torch.randn(3, 3)
    with in_precision(precision, CPU):
        assert (matrix @ matrix).dtype == kind
    assert (matrix @ matrix).dtype == torch.float32


@pytest.mark.parametrize(
    ("capability", "precision", "enabled"),
    [("AVX2", "bf16-mixed", False), ("AVX2", "32-true", True), ("AVX512_BF16", "bf16-mixed", True)],
)
def test_onednn_is_left_out_where_it_has_no_lstm_in_half_precision(
    capability: str, precision: str, enabled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    with in_precision(precision, CPU):
        assert torch.backends.mkldnn.enabled == enabled
    monkeypatch.undo()
    with in_precision("32-true", CPU):
        assert torch.backends.mkldnn.enabled
