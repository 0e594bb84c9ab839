"""What the studies of language models share: the same windows of text."""

from numpy.typing import NDArray

from firth.lm.data import TextData
from firth.params.lm import LmParams
from firth.training.reproducibility import derived_seed


def text_to_train(train: NDArray, valid: NDArray, settings: LmParams, seed: int) -> TextData:
    """Streams of ids, ``<eos>`` after every sentence, in the same windows for every training that a study compares."""
    window_seed = derived_seed(seed, "study", "windows") if settings.random_bptt else None
    return TextData(train, valid, settings.batch_size, settings.bptt_length, window_seed)
