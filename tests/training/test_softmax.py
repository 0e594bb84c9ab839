import pytest
import torch
from torch.nn import functional as F

from firth.training import softmax
from firth.training.softmax import NO_TARGET, softmax_nats

TARGETS = torch.tensor([3, 0, NO_TARGET, 3, 10])


def parts(scale: float, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(2)
    hidden, weight, bias = (scale * torch.randn(*shape, dtype=dtype) for shape in ((5, 4), (11, 4), (11,)))
    return hidden.requires_grad_(), weight.requires_grad_(), bias.requires_grad_()


@pytest.mark.parametrize("scale", [1.0, 30.0])  # 30: most probabilities underflow in single precision
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("one_dnn_words", [11, 12])  # of a vocabulary of 11
def test_value_and_gradient_are_those_of_cross_entropy(
    monkeypatch: pytest.MonkeyPatch, scale: float, dtype: torch.dtype, smoothing: float, one_dnn_words: int
) -> None:
    monkeypatch.setattr(softmax, "ONE_DNN_WORDS", one_dnn_words)
    hidden, weight, bias = parts(scale, dtype)
    shares = torch.tensor([1.0, -2.0, 5.0, 0.5, 3.0], dtype=dtype)
    found = softmax_nats(hidden, weight, bias, TARGETS, smoothing)
    expected = F.cross_entropy(
        F.linear(hidden, weight, bias), TARGETS, ignore_index=NO_TARGET, reduction="none", label_smoothing=smoothing
    )
    torch.testing.assert_close(found, expected)
    gradients = torch.autograd.grad((shares * found).sum(), (hidden, weight, bias))
    torch.testing.assert_close(gradients, torch.autograd.grad((shares * expected).sum(), (hidden, weight, bias)))


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_gradient_is_that_of_finite_differences(smoothing: float) -> None:
    assert torch.autograd.gradcheck(
        lambda h, w, b: softmax_nats(h, w, b, TARGETS, smoothing), parts(1.0, torch.float64)
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_half_precision_is_close_and_gives_full_precision_to_the_weights(smoothing: float) -> None:
    exact = parts(1.0, torch.float32)
    losses, gradients = [], []
    for enabled in (True, False):
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            nats = softmax_nats(*exact, TARGETS, smoothing)
        losses.append(nats)
        gradients.append(torch.autograd.grad(nats.sum(), exact))
    assert all(value.dtype == torch.float32 for value in (*losses, *gradients[0]))
    assert not torch.equal(losses[0], losses[1])
    torch.testing.assert_close(losses[0], losses[1], rtol=0.02, atol=0.02)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=0.02, atol=0.02)
