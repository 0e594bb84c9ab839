from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from firth.kernels.packed_recurrence import plain_read_packed, read_packed

Kind = Callable[..., nn.RNNBase]
LAYERS = [nn.RNN, nn.GRU, nn.LSTM]
LENGTHS = torch.tensor([5, 7, 1, 7])


def packed(values: Tensor) -> PackedSequence:
    return pack_padded_sequence(values, LENGTHS, enforce_sorted=False)


def parts(found: tuple[PackedSequence, Tensor | tuple[Tensor, Tensor]]) -> list[Tensor]:
    outputs, state = found
    return [outputs.data, *(state if isinstance(state, tuple) else (state,))]


def total(values: Sequence[Tensor]) -> Tensor:
    return torch.stack([value.sum() for value in values]).sum()


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_outputs_states_and_gradients_are_those_of_the_plain_version(
    kind: Kind, layers: int, bidirectional: bool
) -> None:
    torch.manual_seed(1)
    network = kind(3, 5, layers, bidirectional=bidirectional).double()
    values = torch.randn(7, 4, 3, dtype=torch.float64, requires_grad=True)
    gradients = []
    both = [parts(read_packed(network, packed(values))), parts(plain_read_packed(network, packed(values)))]
    for found in both:
        loss = total([(part * torch.linspace(-1, 1, part.numel()).view_as(part)).sin() for part in found])
        gradients.append(torch.autograd.grad(loss, [values, *network.parameters()]))
    for ours, theirs in zip(both[0] + list(gradients[0]), both[1] + list(gradients[1]), strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("kind", LAYERS)
def test_gradients_are_those_of_finite_differences(kind: Kind) -> None:
    torch.manual_seed(2)
    network = kind(2, 3, bidirectional=True).double()
    values = torch.randn(7, 4, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda given: parts(read_packed(network, packed(given))), values)


@pytest.mark.parametrize("kind", LAYERS)
def test_last_states_alone_give_a_gradient(kind: Kind) -> None:
    torch.manual_seed(3)
    network = kind(2, 3).double()
    values = torch.randn(7, 4, 2, dtype=torch.float64, requires_grad=True)
    ours, theirs = (
        torch.autograd.grad(parts(read(network, packed(values)))[1].square().sum(), values)
        for read in (read_packed, plain_read_packed)
    )
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("kind", LAYERS)
def test_under_autocast_only_products_lose_digits(kind: Kind) -> None:
    torch.manual_seed(4)
    network = kind(3, 8)
    values = torch.randn(7, 4, 3, requires_grad=True)
    gradients = []
    for enabled in (True, False):
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            found = parts(read_packed(network, packed(values)))
            assert {part.dtype for part in found} == {torch.float32}
        gradients.append(torch.autograd.grad(total(found), [values, *network.parameters()]))
    for reduced, exact in zip(*gradients, strict=True):
        assert reduced.dtype == torch.float32
        torch.testing.assert_close(reduced, exact, rtol=0.05, atol=0.05 * float(exact.abs().max()))


@pytest.mark.parametrize("kind", LAYERS)
def test_dropout_between_layers_is_that_of_training_alone(kind: Kind) -> None:
    torch.manual_seed(5)
    network = kind(3, 4, 2, dropout=0.5)
    values = torch.randn(7, 4, 3)
    one, other = (read_packed(network, packed(values))[0].data for _ in range(2))
    assert not torch.equal(one, other)
    network.eval()
    torch.testing.assert_close(
        read_packed(network, packed(values))[0].data, plain_read_packed(network, packed(values))[0].data
    )
