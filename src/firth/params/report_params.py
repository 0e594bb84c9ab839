"""Section ``report``: what the page shows."""

from typing import Annotated

from pydantic import Field

from firth.params.section import Section


class ReportParams(Section):
    words: Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(min_length=1, max_length=12)]
