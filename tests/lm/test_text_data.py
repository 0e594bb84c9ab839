from types import SimpleNamespace

import numpy as np
import torch

from firth.lm.text_data import TextData

TEXT = np.array([2, 3, 4, 1, 5, 6, 1, 7], np.uint16)


def test_devices_share_the_columns_and_keep_the_number_of_windows() -> None:
    data = TextData(np.arange(41), TEXT, batch_size=4, bptt_length=3)
    (whole, parts) = (list(data.train_dataloader()), [])
    for rank in range(2):
        data.trainer = SimpleNamespace(
            global_rank=rank, world_size=2, global_step=0, strategy=SimpleNamespace(root_device=torch.device("cpu"))
        )  # type: ignore[assignment]
        parts.append(list(data.train_dataloader()))
    assert len(whole) == len(parts[0]) == len(parts[1]) == 4
    for (tokens, targets), first, second in zip(whole, *parts, strict=True):
        assert tokens.tolist() == np.hstack([first[0], second[0]]).tolist()
        assert targets.tolist() == np.hstack([first[1], second[1]]).tolist()
