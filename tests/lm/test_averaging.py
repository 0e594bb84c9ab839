import pytest
import torch

from firth.lm.averaging import Averages


def test_averaging_starts_when_validation_is_worse_than_some_epochs_ago_and_is_a_plain_mean() -> None:
    averages, weight = Averages(interval=2), torch.nn.Parameter(torch.tensor([8.0]))
    for loss in (3.0, 2.0, 2.5):  # compared with the best of those before the last two: nothing, nothing, 3
        averages.observe(loss, [weight])
        assert averages.means is None
    averages.observe(3.1, [weight])
    for value in (2.0, 5.0):
        weight.data.fill_(value)
        averages.update([weight])
    averages.swap([weight])
    assert weight.item() == pytest.approx((8 + 2 + 5) / 3)
    averages.swap([weight])
    assert weight.item() == 5.0
    copy = Averages(interval=2)
    copy.restore(averages.state(), torch.device("cpu"))
    assert (copy.count, copy.losses) == (averages.count, averages.losses)
