import pytest
import torch

from firth.training.dropout import locked_dropout


def test_dropout_masks_hold_for_a_whole_sequence_and_come_in_training_alone() -> None:
    values = torch.ones(30, 40, 50)
    dropped = locked_dropout(values, 0.4, training=True)
    assert torch.equal(dropped, dropped[:1].expand(30, 40, 50))
    assert dropped.unique().tolist() == [0.0, pytest.approx(1 / 0.6)]
    assert float((dropped == 0).float().mean()) == pytest.approx(0.4, abs=0.05)
    assert torch.equal(locked_dropout(values, 0.4, training=False), values)
