"""What every section of ``params.yaml`` shares: exact types, no unknown keys, no defaults."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

# Every number has a lowest and a highest value, far from what is useful and short of what overflows, fills memory or
# computes nothing; docs/experiments.md lists them.
Dimension = Annotated[int, Field(ge=1, le=16_384)]  # of a vector or a layer
Layers = Annotated[int, Field(ge=1, le=64)]
Window = Annotated[int, Field(ge=1, le=1000)]  # words on one side
Length = Annotated[int, Field(ge=1, le=10_000)]  # tokens that are read or learned from at once
Epochs = Annotated[int, Field(ge=1, le=10_000)]
BatchSize = Annotated[int, Field(ge=1, le=1_000_000)]  # pairs, tokens or columns
VocabularySize = Annotated[int, Field(ge=1, le=1_000_000)]
LearningRate = Annotated[float, Field(ge=1e-12, le=1000)]
ClipNorm = Annotated[float, Field(ge=1e-6, le=1e6)]  # of gradients
Factor = Annotated[float, Field(ge=0, le=1000)]  # of a term of the loss
Share = Annotated[float, Field(ge=0, le=0.99)]  # that is left out, or given away
Exponent = Annotated[float, Field(ge=0.01, le=1)]  # of a distribution

Part = TypeVar("Part", bound="Section")


class Section(BaseModel):
    """A section of ``params.yaml``: every key must be there, no other key may be, and values keep their type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)

    def part(self, kind: type[Part]) -> Part:
        """The keys that a section of another kind has, all of which are keys of this one."""
        return kind.model_validate(self.model_dump(include=set(kind.model_fields)))
