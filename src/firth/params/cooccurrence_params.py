"""Section ``cooccurrence``: how neighbors are counted."""

from typing import Annotated, Literal

from pydantic import Field

from firth.params.section import Count, Section

WindowShape = Literal["uniform", "linear", "harmonic"]


class CooccurrenceParams(Section):
    context_window: Count
    window_shape: WindowShape
    subsampling_threshold: Annotated[float, Field(ge=0, lt=1)]
    subsampling: Literal["dirty", "clean"]
