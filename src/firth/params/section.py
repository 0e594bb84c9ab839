"""What every section of ``params.yaml`` shares: exact types, no unknown keys, no defaults."""

from collections.abc import Collection
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

Count = Annotated[int, Field(gt=0, lt=2**31)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0, lt=1)]


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
        faults = [str(detail["msg"]).removeprefix("Value error, ") for detail in error.errors()]
        raise ValueError(f"{key}: {'; '.join(faults)}") from None
