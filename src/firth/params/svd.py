"""Section ``svd``: PPMI and its truncated SVD."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Count, Section


class SvdParams(Section):
    dimension: Count
    smoothing: Annotated[float, Field(gt=0, le=1)]
    shift: Annotated[float, Field(ge=1)]
    eigenvalue_weight: Annotated[float, Field(ge=0, le=1)]
