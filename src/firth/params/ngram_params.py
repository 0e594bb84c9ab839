"""Section ``ngram``: the count-based language model."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Section

Order = Annotated[int, Field(ge=1, le=7)]


class NgramParams(Section):
    order: Order
    largest_order: Order
