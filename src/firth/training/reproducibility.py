"""Named random generators: all randomness derives from the seed, and no generator is shared."""

import numpy as np

from firth.derived_seed import derived_seed


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """The NumPy generator for one purpose, such as ``generator(params.seed, "word2vec", epoch)``."""
    return np.random.Generator(np.random.PCG64(derived_seed(seed, *names)))
