"""Section ``compute``: the hardware, which is no part of an experiment's identity."""

from typing import Annotated, Literal

from pydantic import Field

from firth.params.section import Section


class ComputeParams(Section):
    accelerator: Literal["auto", "cpu", "gpu"]
    devices: Annotated[int, Field(ge=1, le=1024)]
    nodes: Annotated[int, Field(ge=1, le=1024)]
    checkpoint_minutes: Annotated[float, Field(ge=1e-9, le=10_000)]
