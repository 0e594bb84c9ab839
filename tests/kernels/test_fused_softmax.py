import pytest
import torch

from firth.kernels import fused_softmax as softmax
from firth.kernels.fused_softmax import (
    NO_TARGET,
    plain_negative_log_likelihood,
    softmax_negative_log_likelihood,
)

TARGETS = torch.tensor([3, 0, NO_TARGET, 3, 10])


def parts(scale: float, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(2)
    hidden, weight, bias = (scale * torch.randn(*shape, dtype=dtype) for shape in ((5, 4), (11, 4), (11,)))
    return hidden.requires_grad_(), weight.requires_grad_(), bias.requires_grad_()


@pytest.mark.parametrize("scale", [1.0, 30.0])  # 30: most probabilities underflow in single precision
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("one_dnn_words", [11, 12])  # of a vocabulary of 11
def test_value_and_gradient_are_those_of_the_plain_version(
    monkeypatch: pytest.MonkeyPatch, scale: float, dtype: torch.dtype, smoothing: float, one_dnn_words: int
) -> None:
    monkeypatch.setattr(softmax, "ONE_DNN_WORDS", one_dnn_words)
    hidden, weight, bias = parts(scale, dtype)
    shares = torch.tensor([1.0, -2.0, 5.0, 0.5, 3.0], dtype=dtype)
    found = softmax_negative_log_likelihood(hidden, weight, bias, TARGETS, smoothing)
    expected = plain_negative_log_likelihood(hidden, weight, bias, TARGETS, smoothing)
    torch.testing.assert_close(found, expected)
    gradients = torch.autograd.grad((shares * found).sum(), (hidden, weight, bias))
    torch.testing.assert_close(gradients, torch.autograd.grad((shares * expected).sum(), (hidden, weight, bias)))


def test_plain_value_is_that_worked_out_by_hand() -> None:
    hidden, weight, bias = torch.tensor([[2.0], [2.0]]), torch.tensor([[1.0], [3.0]]), torch.tensor([1.0, 0.0])
    targets = torch.tensor([0, NO_TARGET])  # logits 3 and 6
    likelihood = torch.tensor([3.0, 6.0]).exp()
    expected = -torch.log(likelihood[0] / likelihood.sum())
    smoothed = expected + 0.4 * (3 - 4.5)  # the target's logit less the mean one
    for smoothing, value in ((0.0, expected), (0.4, smoothed)):
        found = plain_negative_log_likelihood(hidden, weight, bias, targets, smoothing)
        torch.testing.assert_close(found, torch.stack([value, torch.tensor(0.0)]))


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_gradient_is_that_of_finite_differences(smoothing: float) -> None:
    assert torch.autograd.gradcheck(
        lambda h, w, b: softmax_negative_log_likelihood(h, w, b, TARGETS, smoothing), parts(1.0, torch.float64)
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_half_precision_is_close_and_gives_full_precision_to_the_weights(smoothing: float) -> None:
    exact = parts(1.0, torch.float32)
    losses, gradients = [], []
    for enabled in (True, False):
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            loss = softmax_negative_log_likelihood(*exact, TARGETS, smoothing)
        losses.append(loss)
        gradients.append(torch.autograd.grad(loss.sum(), exact))
    assert all(value.dtype == torch.float32 for value in (*losses, *gradients[0]))
    assert not torch.equal(losses[0], losses[1])
    torch.testing.assert_close(losses[0], losses[1], rtol=0.02, atol=0.02)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=0.02, atol=0.02)
