"""Sections whose keys override those of another section."""

from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import ValidationError, create_model

from firth.params.fault_line import fault_line
from firth.params.section import Section

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
