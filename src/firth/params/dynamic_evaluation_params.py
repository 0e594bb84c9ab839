"""The part of section ``lm`` that only measuring reads."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Length, Section


class DynamicEvaluation(Section):
    """How a trained network goes on learning from the text that it is tested on (Krause et al. 2018)."""

    learning_rate: Annotated[float, Field(ge=1e-12, le=1)]  # in units of which the literature's are far below 1
    decay: Annotated[float, Field(ge=0, le=1000)]
    segment_length: Length
