"""Named random generators: all randomness derives from the seed, and no generator is shared."""

import hashlib

import numpy as np


def derived_seed(seed: int, *names: str | int) -> int:
    """A seed of 63 bits for one purpose, named by words and numbers; independent of all other purposes."""
    digest = hashlib.sha256("/".join(str(part) for part in (seed, *names)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """The NumPy generator for one purpose, such as ``generator(params.seed, "word2vec", epoch)``."""
    return np.random.Generator(np.random.PCG64(derived_seed(seed, *names)))
