"""The same windows of text for every language model that a study compares."""

from numpy.typing import NDArray

from firth.derived_seed import derived_seed
from firth.lm.text_data import TextData
from firth.params.lm_params import LmParams


def shared_windows(train: NDArray, valid: NDArray, params: LmParams, seed: int) -> TextData:
    """Training and validation windows of two streams of ids, ``<eos>`` after every sentence."""
    window_seed = derived_seed(seed, "study", "windows") if params.random_bptt else None
    return TextData(train, valid, params.batch_size, params.bptt_length, window_seed)
