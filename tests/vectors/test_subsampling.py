import numpy as np

from firth.vectors.subsampling import keep_probabilities


def test_a_word_is_kept_with_the_root_of_threshold_over_frequency() -> None:
    probability = keep_probabilities(np.array([0, 0, 8000, 1900, 100]), 0.04)
    np.testing.assert_allclose(probability, [1, 1, np.sqrt(0.04 / 0.8), np.sqrt(0.04 / 0.19), 1])


def test_a_threshold_of_zero_keeps_every_word() -> None:
    assert keep_probabilities(np.array([0, 3, 1]), 0).tolist() == [1, 1, 1]
