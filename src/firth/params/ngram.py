"""Section ``ngram``: the count-based language model."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Section


class NgramParams(Section):
    order: Annotated[int, Field(ge=1, le=7)]
