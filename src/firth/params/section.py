"""What every section of ``params.yaml`` shares: exact types, no unknown keys, no defaults."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(gt=0)]
Positive = Annotated[float, Field(gt=0)]
Probability = Annotated[float, Field(ge=0, lt=1)]


class Section(BaseModel):
    """A section of ``params.yaml``: every key must be there, no other key may be, and values keep their type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)
