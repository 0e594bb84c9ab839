import torch
from torch.nn import functional as F

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
