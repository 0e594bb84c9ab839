"""What every section of ``params.yaml`` shares: exact types, no unknown keys, no defaults."""

from collections.abc import Collection
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model

from firth.errors import shown

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


def _zero_or_more(threshold: float) -> float:
    if 0 < threshold < LOWEST_THRESHOLD:
        raise ValueError(f"input should be 0, or greater than or equal to {LOWEST_THRESHOLD}")
    return threshold


LOWEST_THRESHOLD = 1e-8  # the frequency of a word that occurs once in 100 million
Threshold = Annotated[float, Field(ge=0, le=0.99), AfterValidator(_zero_or_more)]  # of subsampling


class Section(BaseModel):
    """A section of ``params.yaml``: every key must be there, no other key may be, and values keep their type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


Shared = TypeVar("Shared", bound=Section)


def override_of(section: type[Section], *, without: Collection[str] = ()) -> type[Section]:
    """A section with the same keys, ``without`` some, none of which has to be there."""
    fields: dict[str, Any] = {
        name: (field.rebuild_annotation() | None, None)
        for name, field in section.model_fields.items()
        if name not in without
    }
    return create_model(f"{section.__name__}Override", __base__=Section, **fields)


def overridden(shared: Shared, override: Section, key: str) -> Shared:
    """A section with the keys that ``override`` holds put in place of its own.

    Raises
    ------
    ValueError
        If they don't go together; ``key``, where the overrides stand, is named. (Not a ValidationError, so that the
        message stays whole when a validator calls this.)
    """
    try:
        return type(shared).model_validate({**shared.model_dump(), **override.model_dump(exclude_unset=True)})
    except ValidationError as error:
        raise ValueError("; ".join(fault_line(detail, key) for detail in error.errors())) from None


def fault_line(detail: Any, *section: str) -> str:
    """One line for one of pydantic's findings; tags of union members are not keys, so they are left out."""
    tags = {"named", "own", "splits", "parallel", "catalog"}
    key = ".".join([*section, *(str(part) for part in detail["loc"] if part not in tags)])
    kind, message = detail["type"], detail["msg"]
    if kind == "extra_forbidden":
        return f"{shown(key)}: unknown key; remove it or correct its spelling"
    if kind == "missing":
        return f"{key}: missing; add it (`firth preset world --show` explains every key)"
    if kind == "value_error":
        message = str(detail["ctx"]["error"])
        return f"{key}: {message}" if key else message
    if detail["loc"][-1:] == ("url",):
        return f"{key}: {message[0].lower()}{message[1:]}"  # without the value, which may hold a password
    value = shown(repr(detail["input"]))
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"{key} = {value}: must be a section of keys, as `firth preset world --show` shows"
    return f"{key} = {value}: {message[0].lower()}{message[1:]}"
