"""The output layer: a softmax of one or two levels, worked out by hand."""

import math

import pytest
import torch

from firth.kernels import fused_softmax
from firth.lm.output import Output


def test_a_cluster_that_no_target_is_in_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused_softmax, "ONE_DNN_WORDS", 1)
    output = Output(9, 4, 4, tied=False, cutoffs=[2, 5])
    hidden, targets = torch.randn(3, 4), torch.tensor([0, 3, 1])
    losses = output.negative_log_likelihood(hidden, torch.empty(9, 4), targets)
    expected = -output.log_probabilities(hidden, torch.empty(9, 4)).gather(1, targets[:, None])[:, 0]
    torch.testing.assert_close(losses, expected)
    losses.sum().backward()
    assert not output.weight.grad[5:].any() and output.weight.grad[2:5].any()  # type: ignore[union-attr, index]


def test_adaptive_softmax_worked_out_by_hand() -> None:
    output = Output(4, 1, 1, tied=False, cutoffs=[1])
    with torch.no_grad():
        output.weight.copy_(torch.tensor([[1.0], [2.0], [0.0], [-1.0]]))  # type: ignore[union-attr]
        output.clusters.weight.fill_(3.0)  # type: ignore[union-attr]
    # h = 1: the frequent word and the cluster have e : e³; the words in the cluster e² : 1 : 1/e.
    first, cluster = math.e / (math.e + math.e**3), math.e**3 / (math.e + math.e**3)
    within = [math.e**2, 1, 1 / math.e]
    expected = torch.tensor([first, *(cluster * share / sum(within) for share in within)])
    torch.testing.assert_close(output.log_probabilities(torch.ones(1, 1), torch.empty(4, 1))[0].exp(), expected)
