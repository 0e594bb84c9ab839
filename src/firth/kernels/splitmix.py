"""SplitMix64 (Steele, Lea & Flood 2014): random bits for compiled loops, as a function of a 64-bit state."""

import numpy as np
from numba import njit

GOLDEN_GAMMA = 0x9E3779B97F4A7C15  # added to the state from one random number to the next


@njit(inline="always")
def mix(bits):  # type: ignore[no-untyped-def]
    """64 random bits from a state of SplitMix64, both uint64."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
