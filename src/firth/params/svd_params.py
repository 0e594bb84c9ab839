"""Section ``svd``: PPMI and its truncated SVD."""

from typing import Annotated

from pydantic import AfterValidator, Field

from firth.params.section import Dimension, Exponent, Section


def _weight(value: float) -> float:
    if value not in (0, 0.5, 1):
        raise ValueError(f"must be 0, 0.5 or 1, not {value}")
    return value


class SvdParams(Section):
    dimension: Dimension
    smoothing: Exponent
    shift: Annotated[float, Field(ge=1, le=1_000_000)]
    eigenvalue_weight: Annotated[float, AfterValidator(_weight)]
    add_context_vectors: bool
