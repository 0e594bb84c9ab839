"""The threshold above which frequent words are subsampled."""

from typing import Annotated

from pydantic import AfterValidator, Field

LOWEST_THRESHOLD = 1e-8  # the frequency of a word that occurs once in 100 million


def _zero_or_more(threshold: float) -> float:
    if 0 < threshold < LOWEST_THRESHOLD:
        raise ValueError(f"input should be 0, or greater than or equal to {LOWEST_THRESHOLD}")
    return threshold


Threshold = Annotated[float, Field(ge=0, le=0.99), AfterValidator(_zero_or_more)]
