import numpy as np
import pytest
import torch

from firth.errors import FirthError
from firth.kernels.fused_softmax import NO_TARGET
from firth.lm.text_windows import (
    Windows,
    equal_lengths,
    random_lengths,
    training_columns,
    validation_columns,
    warm_up_context,
)
from firth.text.vocabulary import EOS_ID

TEXT = np.array([2, 3, 4, 1, 5, 6, 1, 7], np.uint16)


def test_training_columns_are_consecutive_text_without_the_tail() -> None:
    tokens, targets = training_columns(TEXT, 3)
    assert tokens.tolist() == [[1, 3, 1], [2, 4, 5]]
    assert targets.tolist() == [[2, 4, 5], [3, 1, 6]]


def test_validation_columns_hold_every_token_once() -> None:
    tokens, targets = validation_columns(TEXT, 3)
    assert tokens.T.tolist() == [[1, 2, 3], [4, 1, 5], [6, 1, 1]]
    assert targets.T.tolist() == [[2, 3, 4], [1, 5, 6], [1, 7, NO_TARGET]]


def test_windows_follow_each_other_and_the_last_is_shorter() -> None:
    tokens, targets = training_columns(np.arange(14, dtype=np.int32), 2)
    windows = Windows(tokens, targets, equal_lengths(len(tokens), 3))
    assert [windows[index][1][:, 0].tolist() for index in range(3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert len(Windows(tokens, targets, equal_lengths(len(tokens), 3))) == 3
    assert len(Windows(tokens, targets, equal_lengths(len(tokens), 7))) == 1


def test_random_windows_share_out_the_text_around_their_length_and_seldom_half_of_it() -> None:
    lengths = random_lengths(100_000, 70, np.random.default_rng(0))
    assert sum(lengths[:-1]) < 100_000 <= sum(lengths)
    short = np.array([length for length in lengths if length < 52])
    assert len(short) / len(lengths) == pytest.approx(0.05, abs=0.02)
    assert short.mean() == pytest.approx(35, abs=2)
    tokens, targets = training_columns(np.arange(1000, dtype=np.int32), 4)
    windows = Windows(tokens, targets, random_lengths(len(tokens), 12, np.random.default_rng(1)))
    assert torch.cat([windows[index][1] for index in range(len(windows))]).tolist() == targets.tolist()


def test_text_too_short_is_refused() -> None:
    with pytest.raises(FirthError, match=r"lm\.batch_size = 9: more than the 8 training tokens"):
        training_columns(TEXT, 9)
    with pytest.raises(FirthError, match="no sentence"):
        validation_columns(TEXT[:0], 4)


def test_the_warm_up_context_is_the_end_of_the_training_text_without_its_end_of_sentence() -> None:
    text = np.array([*range(2, 102), EOS_ID], np.uint16)
    assert warm_up_context(text) == [*range(38, 102)]
    assert warm_up_context(text[-4:]) == [99, 100, 101]


def test_the_dropped_tail_is_shorter_than_a_row() -> None:
    tokens, _ = training_columns(np.resize(TEXT, 299), 4)
    assert tokens.shape == (74, 4)
