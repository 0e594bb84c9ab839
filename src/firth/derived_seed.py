"""Seeds of named purposes: all randomness derives from the seed of the experiment."""

import hashlib


def derived_seed(seed: int, *names: str | int) -> int:
    """A seed of 63 bits for one purpose, named by words and numbers; independent of all other purposes."""
    digest = hashlib.sha256("/".join(str(part) for part in (seed, *names)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
