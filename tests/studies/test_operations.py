import pytest
import torch
from torch.nn import functional as F

from firth.kernels import fused_softmax
from firth.studies.operations import operations


def test_a_matrix_product_and_its_two_gradients_are_counted_by_hand() -> None:
    a, b = torch.randn(3, 4, requires_grad=True), torch.randn(4, 5, requires_grad=True)
    products = 3 * (2 * 3 * 4 * 5)  # a b, and the gradients of both factors: a multiplication and an addition each
    assert operations(lambda: torch.mm(a, b).sum()) == products + 3 * 5
    assert a.grad is not None


def test_products_of_elements_are_counted_too() -> None:
    a, b = torch.randn(7, 4, requires_grad=True), torch.randn(7, 4, requires_grad=True)
    # Row products and their sums; going back, one product for each factor.
    assert operations(lambda: (a * b).sum(1).sum()) == 7 * 4 + 7 * 4 + 7 + 2 * 7 * 4


def test_what_needs_no_gradient_is_counted_once() -> None:
    x, weight = torch.randn(6, 4), torch.randn(5, 4, requires_grad=True)
    assert operations(lambda: F.linear(x, weight).sum()) == 2 * (2 * 6 * 4 * 5) + 6 * 5


def test_products_of_a_large_softmax_are_counted_by_whichever_library_they_are_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words, texts, width = fused_softmax.ONE_DNN_WORDS, 7, 4
    hidden, weight = torch.randn(texts, width, requires_grad=True), torch.randn(words, width, requires_grad=True)
    bias, targets = torch.zeros(words, requires_grad=True), torch.zeros(texts, dtype=torch.long)

    def counted() -> int:
        return operations(lambda: fused_softmax.softmax_negative_log_likelihood(hidden, weight, bias, targets).sum())

    by_one_dnn = counted()
    monkeypatch.setattr(fused_softmax, "ONE_DNN_WORDS", words + 1)
    assert by_one_dnn == counted() >= 3 * 2 * texts * words * width
